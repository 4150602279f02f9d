export type { Fault } from "./fault.ts";
export {
  type FaultServer,
  type FaultServerOptions,
  startFaultServer,
} from "./fault-server.ts";
export { createRandomFaults, PASSING_FAULTS, type RandomFaultOptions } from "./random-faults.ts";
export type { ServedRequest } from "./served-request.ts";
