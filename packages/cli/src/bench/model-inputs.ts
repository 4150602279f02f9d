import { createApp, createOnnxEngine, InferenceError, type Tensors } from "@virga/core";
import { type FreeSizes, readModelFile, trialInputs } from "@virga/core/weights";
import { toPredictRequest } from "../service/predict-request.ts";
import { createListeningEngine, type FileSource } from "./listening-engine.ts";

/** The smallest request that a model can be sent. */
const SINGLE: readonly FreeSizes[] = [{ first: 1, others: 1 }];

/**
 * Random inputs with free dimensions of 1, or larger where the model refuses that.
 *
 * @throws InferenceError `INPUT_INVALID` when it refuses all.
 */
export async function findInputs(source: FileSource): Promise<Tensors> {
  const session = await createOnnxEngine({ threads: 1 }).load(source);
  const { inputs } = session.signature;
  const declared = source.path.endsWith(".ort") ? [] : readModelFile(source.path).graph.inputs;
  let refusal = "it takes none";
  try {
    for (const trials of [trialInputs(inputs, declared, SINGLE), trialInputs(inputs, declared)]) {
      for (const trial of trials) {
        const refused = await session.run(trial).then(() => undefined, messageOf);
        if (refused === undefined) return trial;
        refusal = refused;
      }
    }
  } finally {
    await session.close();
  }
  throw new InferenceError(
    "INPUT_INVALID",
    `No random input was found that the model takes (${refusal}): give one with virga bench --input body.json.`,
  );
}

/**
 * What a body of `POST /predict` gives the model.
 *
 * @throws InferenceError `INPUT_INVALID` for a body that the service would refuse.
 */
export async function readInputs(file: string, source: FileSource, folder: string): Promise<Tensors> {
  const request = await toPredictRequest(file, folder);
  let given: Tensors | undefined;
  const engine = createListeningEngine({
    runs: (inputs) => {
      given = inputs;
    },
  });
  const limits = { maxRequestBytes: Number.MAX_SAFE_INTEGER };
  const app = createApp({ models: { model: { source } }, engine, limits });
  try {
    const response = await app.fetch(request);
    if (response.ok && given !== undefined) return given;
    throw new InferenceError("INPUT_INVALID", `${file}: ${await errorOf(response)}`);
  } finally {
    await app.close();
  }
}

function messageOf(error: unknown): string {
  if (InferenceError.is(error)) return error.message;
  throw error;
}

async function errorOf(response: Response): Promise<string> {
  const { error } = (await response.json()) as { error: string };
  return error;
}
