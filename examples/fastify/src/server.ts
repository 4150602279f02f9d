import { fileURLToPath } from "node:url";
import { createPredictor, expectTensor } from "@virga/core";
import Fastify, { type FastifyInstance } from "fastify";

const MODEL_PATH = fileURLToPath(new URL("../../iris/model.onnx", import.meta.url));
const SPECIES = ["setosa", "versicolor", "virginica"];

interface Flower {
  readonly sepalLength: number;
  readonly sepalWidth: number;
  readonly petalLength: number;
  readonly petalWidth: number;
}

const centimetres = { type: "number", exclusiveMinimum: 0, maximum: 100 };
const flowerSchema = {
  type: "object",
  required: ["sepalLength", "sepalWidth", "petalLength", "petalWidth"],
  properties: {
    sepalLength: centimetres,
    sepalWidth: centimetres,
    petalLength: centimetres,
    petalWidth: centimetres,
  },
};

/** A service of one's own that asks a model for part of its answer. */
export async function createServer(): Promise<FastifyInstance> {
  const predictor = await createPredictor({ models: { iris: { source: MODEL_PATH, labels: SPECIES } } });
  const server = Fastify();
  server.addHook("onClose", () => predictor.close());

  server.post<{ Body: Flower }>("/classify", { schema: { body: flowerSchema } }, async ({ body }) => {
    const outputs = await predictor.predict({
      X: [[body.sepalLength, body.sepalWidth, body.petalLength, body.petalWidth]],
    });
    const [species] = expectTensor(outputs, "label", "string").data;
    const probabilities = expectTensor(outputs, "probabilities", "float32").data;
    return { species, probability: Math.max(...probabilities) };
  });
  return server;
}
