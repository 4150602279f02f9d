import { createPredictor, type RegisteredModel, tensor } from "@virga/core";
import { createHttpsStore, Registry, WeightCache } from "@virga/core/weights";
import { INPUT_SHAPE, inputNumbers, report } from "../../weights/subject.ts";
import { ALIAS, readOrder } from "../order.ts";

const { name, registryUrl, cacheFolder } = readOrder();
const source: RegisteredModel = {
  kind: "registry",
  registry: new Registry(createHttpsStore(new URL(registryUrl))),
  name,
  reference: ALIAS,
  cache: new WeightCache({ directory: cacheFolder }),
};
const predictor = await createPredictor({ models: { [name]: { source } } });
const { y } = await predictor.predict({ x: tensor("float32", INPUT_SHAPE, inputNumbers()) });
report(y?.data as Float32Array);
await predictor.close();
process.exit();
