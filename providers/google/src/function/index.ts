// The door for what runs inside a function; nothing of the SDK is behind it.
export { createFunctionHandlers, type FunctionHandlers } from "./function-handlers.ts";
export type { StorageEvent } from "./score-object.ts";
