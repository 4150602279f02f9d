import type { Tensors } from "@virga/core";
import { InferenceSession, Tensor } from "onnxruntime-node";

/** Outputs by name, as the runtime gives them. */
export type BareOutputs = Readonly<Record<string, Tensor>>;

/** A model on onnxruntime-node with its defaults, and nothing of ours around it. */
export interface BareModel {
  run(feeds: Readonly<Record<string, Tensor>>): Promise<BareOutputs>;
}

export async function loadBareModel(path: string): Promise<BareModel> {
  const session = await InferenceSession.create(path);
  return { run: async (feeds) => session.run(feeds) as Promise<BareOutputs> };
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
