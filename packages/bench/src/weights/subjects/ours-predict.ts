import { createPredictor, tensor } from "@virga/core";
import { registrySource } from "../registry-source.ts";
import { INPUT_SHAPE, inputNumbers, readJob, report } from "../subject.ts";

const source = registrySource(readJob());
const predictor = await createPredictor({ models: { [source.name]: { source } } });
const { y } = await predictor.predict({ x: tensor("float32", INPUT_SHAPE, inputNumbers()) });
report(y?.data as Float32Array);
await predictor.close();
process.exit();
