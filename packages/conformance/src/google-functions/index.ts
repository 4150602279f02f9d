export type { PolicyBinding } from "./allow-policy.ts";
export type { EventDelivery } from "./event-triggers.ts";
export { apiDisabled, GoogleApiError, type GoogleCode } from "./google-error.ts";
export {
  type GoogleFunctions,
  type GoogleFunctionsOptions,
  type PlannedFailure,
  startGoogleFunctions,
} from "./google-functions.ts";
