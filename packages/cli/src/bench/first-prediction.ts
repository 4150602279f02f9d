// A process of its own that loads one model and predicts once, as a cold instance does.
import { createOnnxEngine, type Tensors } from "@virga/core";
import type { FileSource } from "./listening-engine.ts";

/** What the process is sent. */
export interface FirstQuestion {
  readonly source: FileSource;
  readonly inputs: Tensors;
}

process.once("message", async ({ source, inputs }: FirstQuestion) => {
  const session = await createOnnxEngine({ threads: 1 }).load(source);
  await session.run(inputs);
  process.send?.("predicted");
});
