import { describe, expect, it } from "@jest/globals";
import { withLabels } from "../../src/predictor/labels.ts";
import type { Session } from "../../src/session/engine.ts";
import { type TensorSpec, type Tensors, tensor } from "../../src/tensor/tensor.ts";

function classifier(outputs: readonly TensorSpec[], answer: Tensors): Session & { asked: (readonly string[])[] } {
  const asked: (readonly string[])[] = [];
  return {
    asked,
    signature: { inputs: [], outputs },
    unusableOutputs: [],
    close: async () => undefined,
    run: async (_, options) => {
      asked.push(options?.outputs ?? []);
      return answer;
    },
  };
}

const scores: TensorSpec = { name: "scores", type: "float32", shape: [-1, 3] };
const index: TensorSpec = { name: "class", type: "int64", shape: [-1] };
const labels = ["ant", "bee", "cat"];
const someScores = tensor("float32", [2, 3], Float32Array.of(0.1, 0.7, 0.2, 0.5, 0.1, 0.4));

describe("withLabels", () => {
  it("adds the label with the highest score", async () => {
    const session = withLabels(classifier([scores], { scores: someScores }), labels, "pets");
    expect(session.signature.outputs).toEqual([{ name: "label", type: "string", shape: [-1] }, scores]);
    expect(await session.run({})).toEqual({ label: tensor("string", [2], ["bee", "ant"]), scores: someScores });
  });

  it("turns a class index into its name", async () => {
    const model = classifier([index, scores], {
      class: tensor("int64", [2], BigInt64Array.of(2n, 0n)),
      scores: someScores,
    });
    const session = withLabels(model, labels, "pets");
    expect(session.signature.outputs[0]).toEqual({ name: "class", type: "string", shape: [-1] });
    expect(await session.run({}, { outputs: ["class"] })).toEqual({ class: tensor("string", [2], ["cat", "ant"]) });
    expect(model.asked).toEqual([["class"]]);
  });

  it("computes the scores when only the label is asked for, and gives no more than that", async () => {
    const model = classifier([scores], { scores: someScores });
    expect(Object.keys(await withLabels(model, labels, "pets").run({}, { outputs: ["label"] }))).toEqual(["label"]);
    expect(model.asked).toEqual([["scores"]]);
  });

  it("does not take the name of an output that exists", () => {
    const taken: TensorSpec = { name: "label", type: "float32", shape: [] };
    const session = withLabels(classifier([taken, scores], {}), labels, "pets");
    expect(session.signature.outputs.map((output) => output.name)).toEqual(["scores_label", "label", "scores"]);
  });

  it("refuses labels that no output can hold, naming the outputs", () => {
    expect(() => withLabels(classifier([scores], {}), ["ant", "bee"], "pets")).toThrow(/pets.*2 labels.*scores/s);
  });

  it("refuses a class that has no label", async () => {
    const model = classifier([index], { class: tensor("int64", [1], BigInt64Array.of(3n)) });
    await expect(withLabels(model, labels, "pets").run({})).rejects.toMatchObject({ code: "CONFIG_INVALID" });
  });
});
