import type { Endpoint } from "../predictor/endpoint.ts";
import type { Tensors } from "../tensor/tensor.ts";
import type { Limits } from "./limits.ts";
import type { DescribedModel } from "./openapi/described-service.ts";
import { findExample } from "./openapi/find-example.ts";
import { toOpenApi } from "./openapi/to-open-api.ts";
import type { Service } from "./service.ts";

/** Describes the service as it stands now; a model that cannot be loaded is left out until it can. */
export function createOpenApiDocument(service: Service, limits: Limits): () => Promise<object> {
  const examples = new Map<string, Promise<Tensors | undefined>>();

  const describe = async (endpoint: Endpoint): Promise<DescribedModel[]> => {
    try {
      return [await describeEndpoint(endpoint, examples)];
    } catch {
      return [];
    }
  };

  return async () => {
    const models = (await Promise.all(service.endpoints.map(describe))).flat();
    const hasPredict = service.endpoints.length === 1;
    return toOpenApi({ name: service.name, models, hasPredict, maxRequestBytes: limits.maxRequestBytes });
  };
}

/** Looking for an example runs the model, so each signature is looked at once. */
function describeEndpoint(
  endpoint: Endpoint,
  examples: Map<string, Promise<Tensors | undefined>>,
): Promise<DescribedModel> {
  return endpoint.use(async ({ name, version, runnable }) => {
    const { signature } = runnable;
    const key = JSON.stringify([name, version, signature]);
    const search = examples.get(key) ?? findExample(signature, (inputs) => runnable.run(inputs));
    examples.set(key, search);
    search.catch(() => examples.delete(key));
    const example = await search;
    return { name, version, signature, ...(example && { example }) };
  });
}
