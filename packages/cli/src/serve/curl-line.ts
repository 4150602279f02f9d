import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { App } from "@virga/core";
import type { ServiceDefinition } from "../service/service-definition.ts";

/** Bodies up to this length are shown in the line itself; longer ones go to a file. */
const INLINE_CHARACTERS = 1_000;

interface Example {
  readonly path: string;
  readonly body: unknown;
}

/**
 * A line for the shell that calls the service with inputs that work, where there are such.
 *
 * @param folder takes an example that is too long for the line.
 */
export async function createCurlLine(
  app: App,
  service: ServiceDefinition,
  url: string,
  folder: string,
): Promise<string | undefined> {
  const example = configuredExample(app, service) ?? (await documentedExample(app));
  if (example === undefined) return undefined;
  const text = JSON.stringify(example.body);
  const data = text.length <= INLINE_CHARACTERS ? quote(text) : `@${quote(await writeExample(folder, text))}`;
  return `curl ${url}${example.path} -H 'content-type: application/json' -d ${data}`;
}

function configuredExample(app: App, service: ServiceDefinition): Example | undefined {
  const [endpoint, ...others] = app.describe();
  const model = service.models.find(({ example }) => example !== undefined);
  if (model?.example === undefined || endpoint === undefined || others.length > 0) return undefined;
  return { path: "/predict", body: model.example };
}

/** What is read of the service's own description. */
interface OpenApiDocument {
  readonly paths: Readonly<Record<string, { readonly post?: { readonly requestBody: { readonly content: Content } } }>>;
  readonly components: { readonly examples: Readonly<Record<string, { readonly value: unknown }>> };
}

type Content = Readonly<Record<string, { readonly examples?: Readonly<Record<string, { readonly $ref: string }>> }>>;

/** The first example of the description; it was run before it was written there. */
async function documentedExample(app: App): Promise<Example | undefined> {
  const response = await app.fetch(new Request("http://localhost/openapi.json"));
  if (!response.ok) return undefined;
  const { paths, components } = (await response.json()) as OpenApiDocument;
  const isAlone = app.describe().length === 1;
  for (const [path, { post }] of Object.entries(paths)) {
    // A service whose other models are not loaded describes itself as one with a single model.
    if (!isAlone && !path.startsWith("/v")) continue;
    const examples = Object.values(post?.requestBody.content["application/json"]?.examples ?? {});
    const [first] = examples.flatMap(({ $ref }) => components.examples[$ref.split("/").at(-1) ?? ""] ?? []);
    if (first !== undefined) return { path, body: first.value };
  }
  return undefined;
}

async function writeExample(folder: string, text: string): Promise<string> {
  const file = join(folder, "example.json");
  await writeFile(file, text);
  return file;
}

/** Quotes for a POSIX shell. */
function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
