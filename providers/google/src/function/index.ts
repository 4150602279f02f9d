// The door for what runs inside a function; nothing of the SDK is behind it.
export { createFunctionHandlers, type FunctionHandlers } from "./function-handlers.ts";
export type { FrameworkRequest, HttpHandler } from "./http-handler.ts";
export type { StorageEvent } from "./storage-event.ts";
