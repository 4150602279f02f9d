import { inputInvalid } from "../errors.ts";
import type { SlotState } from "../weights/model-slot.ts";
import { type Answer, jsonAnswer } from "./answer.ts";
import { readBody } from "./body.ts";
import type { IncomingRequest } from "./incoming-request.ts";
import { parseJson } from "./json/parse-json.ts";
import type { Limits } from "./limits.ts";
import type { Service } from "./service.ts";

/** Source: Triton's model repository extension, "Index". */
const REPOSITORY_STATES: Readonly<Record<SlotState["state"], string>> = {
  unloaded: "UNAVAILABLE",
  loading: "LOADING",
  ready: "READY",
  failed: "UNAVAILABLE",
  closed: "UNLOADING",
};

/** Answers `POST /v2/repository/index`: every model with its state, or the ready ones for `{"ready": true}`. */
export async function repositoryIndex(service: Service, request: IncomingRequest, limits: Limits): Promise<Answer> {
  const onlyReady = readReady(await readBody(request, limits.maxRequestBytes));
  const models = service.endpoints.map(({ name, version, state }) => ({
    name,
    version,
    state: REPOSITORY_STATES[state.state],
    reason: state.failure?.message ?? "",
  }));
  return jsonAnswer(onlyReady ? models.filter((model) => model.state === "READY") : models);
}

function readReady(body: Uint8Array): boolean {
  if (body.byteLength === 0) return false;
  const document = parseJson(body);
  if (typeof document === "object" && document !== null && !Array.isArray(document)) {
    const ready = "ready" in document ? document["ready"] : false;
    if (typeof ready === "boolean") return ready;
  }
  throw inputInvalid('The body is either empty or an object such as {"ready": true}.');
}
