import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { type App, createApp, type Predictor } from "@virga/core";
import { parseInferenceConfig } from "@virga/core/config-schema";
import { parse } from "yaml";

/** The app that a `serverless.yml` describes, around a predictor that the test has imported. */
export async function createExampleApp(configUrl: URL, predictor?: Predictor): Promise<App> {
  const { service, inference } = parse(await readFile(configUrl, "utf8"));
  const { config, problems } = parseInferenceConfig(inference);
  if (config === undefined) throw new Error(`${configUrl}: ${JSON.stringify(problems)}`);
  const models = Object.entries(config.models).map(([name, { path, labels }]) => {
    const source = fileURLToPath(new URL(path, configUrl));
    return [name, labels === undefined ? { source } : { source, labels }];
  });
  return createApp({ name: service, models: Object.fromEntries(models), ...(predictor && { predictor }) });
}

/** Posts a body to `/predict` and gives the status and what the answer says. */
export async function predict(app: App, body: unknown, mediaType = "application/json"): Promise<[number, unknown]> {
  const request = new Request("http://example.test/predict", {
    method: "POST",
    headers: { "content-type": mediaType },
    body: body instanceof Uint8Array ? new Uint8Array(body) : JSON.stringify(body),
  });
  const response = await app.fetch(request);
  return [response.status, await response.json()];
}
