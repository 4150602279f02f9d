import type { IncomingHttpHeaders } from "node:http";
import type { AllowPolicy, WrittenPolicy } from "./allow-policy.ts";
import { checkMessage, isRecord } from "./api-description.ts";
import { RUNTIMES } from "./check-function.ts";
import type { DeployedFunctions } from "./deployed-functions.ts";
import { GoogleApiError } from "./google-error.ts";
import type { LogStore } from "./log-store.ts";

/** One call of an API. */
export interface ApiCall {
  readonly method: string;
  readonly url: URL;
  readonly body: Buffer;
  readonly isAuthorized: boolean;
  readonly headers: IncomingHttpHeaders;
}

/** What a call works on. */
export interface ApiState {
  readonly functions: DeployedFunctions;
  readonly logs: LogStore;
  readonly project: string;
  /** Of the project. */
  readonly policy: AllowPolicy;
}

interface Found {
  readonly call: ApiCall;
  readonly state: ApiState;
  /** What the path's groups matched. */
  readonly parts: readonly string[];
}

interface Route {
  readonly method: string;
  readonly path: RegExp;
  readonly query?: readonly string[];
  readonly isOpen?: boolean;
  answer(found: Found): object | Promise<object>;
}

const LOCATION = "(projects/[^/]+/locations/[^/]+)";
const FUNCTION = `(${LOCATION.slice(1, -1)}/functions/[^/:]+)`;
/** Parameters of every method. Source: Google APIs, "System parameters". */
const SYSTEM_QUERY: readonly string[] = ["alt", "$alt", "prettyPrint", "key", "fields", "quotaUser"];

const ROUTES: readonly Route[] = [
  {
    method: "POST",
    path: new RegExp(`^/v2/${LOCATION}/functions:generateUploadUrl$`),
    answer: ({ call, state, parts: [location = ""] }) => {
      checkMessage("google.cloud.functions.v2.GenerateUploadUrlRequest", readJson(call));
      return state.functions.startUpload(location, call.url.origin);
    },
  },
  {
    method: "PUT",
    path: /^\/source-upload\/([^/]+)$/,
    isOpen: true,
    answer: ({ call, state, parts: [object = ""] }) => {
      // A signed URL says what may be sent; anything more is refused.
      if (call.headers.authorization !== undefined)
        throw new GoogleApiError("INVALID_ARGUMENT", "Two ways to authenticate.");
      if (call.headers["content-type"] !== "application/zip") {
        throw new GoogleApiError("PERMISSION_DENIED", "The signature is for the content type application/zip.");
      }
      state.functions.upload(object, call.body);
      return {};
    },
  },
  {
    method: "POST",
    path: new RegExp(`^/v2/${LOCATION}/functions$`),
    query: ["functionId"],
    answer: ({ call, state, parts: [parent = ""] }) =>
      state.functions.create(parent, call.url.searchParams.get("functionId") ?? "", readJson(call)),
  },
  {
    method: "GET",
    path: new RegExp(`^/v2/${LOCATION}/functions$`),
    query: ["pageSize", "pageToken", "filter", "orderBy"],
    answer: ({ state, parts: [parent = ""] }) => ({ functions: state.functions.list(parent) }),
  },
  {
    method: "GET",
    path: new RegExp(`^/v2/${FUNCTION}$`),
    query: ["revision"],
    answer: ({ state, parts: [name = ""] }) => state.functions.get(name),
  },
  {
    method: "PATCH",
    path: new RegExp(`^/v2/${FUNCTION}$`),
    query: ["updateMask"],
    answer: ({ call, state, parts: [name = ""] }) =>
      state.functions.update(name, call.url.searchParams.get("updateMask") ?? undefined, readJson(call)),
  },
  {
    method: "DELETE",
    path: new RegExp(`^/v2/${FUNCTION}$`),
    answer: ({ state, parts: [name = ""] }) => state.functions.remove(name),
  },
  {
    method: "GET",
    path: new RegExp(`^/v2/(${LOCATION.slice(1, -1)}/operations/[^/]+)$`),
    answer: ({ state, parts: [name = ""] }) => state.functions.operation(name),
  },
  {
    method: "GET",
    path: new RegExp(`^/v2/${LOCATION}/runtimes$`),
    query: ["filter"],
    answer: () => ({
      runtimes: RUNTIMES.map((name) => ({ name, displayName: name, stage: "GA", environment: "GEN_2" })),
    }),
  },
  {
    method: "GET",
    path: new RegExp(`^/v[12]/(${LOCATION.slice(1, -1)}/services/[^/:]+):getIamPolicy$`),
    query: ["options.requestedPolicyVersion"],
    answer: ({ state, parts: [service = ""] }) => state.functions.service(service).policy.get(),
  },
  {
    method: "POST",
    path: new RegExp(`^/v[12]/(${LOCATION.slice(1, -1)}/services/[^/:]+):setIamPolicy$`),
    answer: ({ call, state, parts: [service = ""] }) => state.functions.service(service).policy.set(readPolicy(call)),
  },
  { method: "POST", path: /^\/v2\/entries:list$/, answer: ({ call, state }) => state.logs.list(readJson(call)) },
  // What gcloud asks beside, before it creates a function.
  {
    method: "GET",
    path: /^\/v1\/(projects\/[^/]+\/services\/[^/:]+)$/,
    answer: ({ parts: [name = ""] }) => ({ name, state: "ENABLED" }),
  },
  {
    method: "GET",
    path: new RegExp(`^/v1/${LOCATION}/defaultServiceAccount$`),
    answer: ({ state }) => ({
      name: `projects/${state.project}/serviceAccounts/default`,
      serviceAccountEmail: "123456789012-compute@developer.gserviceaccount.com",
    }),
  },
  {
    method: "GET",
    path: /^\/v1\/projects\/([^/:]+)$/,
    answer: ({ parts: [projectId = ""] }) => ({ projectId, projectNumber: "123456789012", lifecycleState: "ACTIVE" }),
  },
  {
    method: "POST",
    path: /^\/v1\/projects\/([^/:]+):getIamPolicy$/,
    answer: ({ call, state: { policy } }) => {
      checkMessage("google.iam.v1.GetIamPolicyRequest", readJson(call));
      return policy.get();
    },
  },
  {
    method: "POST",
    path: /^\/v1\/projects\/([^/:]+):setIamPolicy$/,
    answer: ({ call, state: { policy } }) => policy.set(readPolicy(call)),
  },
];

/** Carries a call out. @throws GoogleApiError as Google would answer. */
export async function answerCall(call: ApiCall, state: ApiState): Promise<object> {
  const path = decodeURIComponent(call.url.pathname);
  for (const route of ROUTES) {
    const parts = route.method === call.method ? route.path.exec(path)?.slice(1) : undefined;
    if (parts === undefined) continue;
    if (route.isOpen !== true) checkCaller(call, state.project, path);
    checkQuery(call.url.searchParams, route.query ?? []);
    return route.answer({ call, state, parts });
  }
  throw new GoogleApiError("UNIMPLEMENTED", `${call.method} ${path} is not built.`);
}

function checkCaller({ isAuthorized }: ApiCall, project: string, path: string): void {
  if (!isAuthorized) {
    throw new GoogleApiError("UNAUTHENTICATED", "Request had invalid authentication credentials.");
  }
  const [, named] = /^\/v\d\/projects\/([^/:]+)/.exec(path) ?? [];
  if (named !== undefined && named !== project) {
    throw new GoogleApiError(
      "PERMISSION_DENIED",
      `Permission denied on resource project ${named} (or it may not exist).`,
    );
  }
}

function checkQuery(given: URLSearchParams, known: readonly string[]): void {
  for (const name of given.keys()) {
    if (known.includes(name) || SYSTEM_QUERY.includes(name)) continue;
    const message = `Invalid JSON payload received. Unknown name "${name}": Cannot bind query parameter.`;
    throw new GoogleApiError("INVALID_ARGUMENT", message);
  }
}

function readPolicy(call: ApiCall): WrittenPolicy {
  const body = readJson(call);
  checkMessage("google.iam.v1.SetIamPolicyRequest", body);
  // Checked against its description.
  return (body["policy"] ?? {}) as WrittenPolicy;
}

function readJson({ body, headers }: ApiCall): Readonly<Record<string, unknown>> {
  if (body.length === 0) return {};
  if (!/^application\/json\b/.test(headers["content-type"] ?? "")) {
    throw new GoogleApiError("INVALID_ARGUMENT", `Cannot read a body of type ${headers["content-type"]}.`);
  }
  try {
    const value: unknown = JSON.parse(body.toString());
    if (isRecord(value)) return value;
  } catch {
    // Told below.
  }
  throw new GoogleApiError("INVALID_ARGUMENT", "Invalid JSON payload received.");
}
