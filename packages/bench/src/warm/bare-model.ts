import { availableParallelism } from "node:os";
import type { Tensors } from "@virga/core";
import { InferenceSession, Tensor } from "onnxruntime-node";

/** Outputs by name, as the runtime gives them. */
export type BareOutputs = Readonly<Record<string, Tensor>>;

/** A model on onnxruntime-node, and nothing of ours around it. */
export interface BareModel {
  run(feeds: Readonly<Record<string, Tensor>>): Promise<BareOutputs>;
}

/** The options of our engine: a bare run is the same run as that of a request, without the request. */
const OUR_OPTIONS: InferenceSession.SessionOptions = {
  intraOpNumThreads: Math.min(availableParallelism(), 8),
  extra: { "session.intra_op.allow_spinning": "0" },
};

export async function loadBareModel(path: string): Promise<BareModel> {
  const session = await InferenceSession.create(path, OUR_OPTIONS);
  return { run: async (feeds) => (await session.run(feeds)) as BareOutputs };
}

/** @throws TypeError for a type that no benchmark uses. */
export function toFeeds(tensors: Tensors): Record<string, Tensor> {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, { type, shape, data }]) => {
      if (type === "float32") return [name, new Tensor("float32", data, shape)];
      if (type === "int64") return [name, new Tensor("int64", data, shape)];
      throw new TypeError(`${name} is ${type}`);
    }),
  );
}
