import { join } from "node:path";
import { createS3Store } from "@virga/aws";
import { createPredictor, tensor } from "@virga/core";
import { Registry, WeightCache } from "@virga/core/weights";
import { CREDENTIALS, INPUT_SHAPE, inputNumbers, REGION, readJob, report } from "../subject.ts";

const { endpoint, bucket, name, directory, certificateAuthority } = readJob();
const store = createS3Store({
  bucket,
  endpoint: new URL(endpoint),
  region: REGION,
  credentials: async () => CREDENTIALS,
});
const source = {
  kind: "registry" as const,
  registry: new Registry(store),
  name,
  reference: "production",
  cache: new WeightCache({ directory: join(directory, "cache") }),
  fetch: { certificateAuthority },
};
const predictor = await createPredictor({ models: { [name]: { source } } });
const { y } = await predictor.predict({ x: tensor("float32", INPUT_SHAPE, inputNumbers()) });
report(y?.data as Float32Array);
await predictor.close();
process.exit();
