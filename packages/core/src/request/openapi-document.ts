import type { Limits } from "./limits.ts";
import type { Service } from "./service.ts";

export function createOpenApiDocument(_service: Service, _limits: Limits): () => Promise<object> {
  return async () => ({});
}
