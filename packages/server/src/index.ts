export { drainOnSignal } from "./drain-on-signal.ts";
export { createRequestListener, type ListenerOptions } from "./request-listener.ts";
export { DEFAULT_TIMEOUTS, type Log, type ServerOptions, type Timeouts } from "./server-options.ts";
export { type RunningServer, startServer } from "./start-server.ts";
