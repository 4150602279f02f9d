// The door for what runs inside a function; nothing of the SDK is behind it.
export { type ConcurrentService, createConcurrentHandlers } from "./concurrent-handlers.ts";
export { createFunctionHandlers, type FunctionHandlers } from "./function-handlers.ts";
export {
  createHttpHandler,
  type FrameworkRequest,
  type HttpHandler,
  type HttpHandlerOptions,
} from "./http-handler.ts";
export type { StorageEvent } from "./storage-event.ts";
export { leaveBodiesUnread } from "./unread-bodies.ts";
