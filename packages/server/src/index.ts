export { drainOnSignal } from "./drain-on-signal.ts";
export { DEFAULT_TIMEOUTS, type Log, type ServerOptions, type Timeouts } from "./server-options.ts";
export { type RunningServer, startServer } from "./start-server.ts";
