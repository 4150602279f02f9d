import { describe, expect, it } from "@jest/globals";
import { ScheduledModel } from "../../src/schedule/scheduled-model.ts";
import type { Session } from "../../src/session/engine.ts";
import { UnderWay } from "../../src/session/under-way.ts";
import { tensor } from "../../src/tensor/tensor.ts";

const SESSION: Session = {
  signature: { inputs: [{ name: "x", type: "float32", shape: [-1, -1] }], outputs: [] },
  unusableOutputs: [],
  batchable: true,
  run: async () => ({}),
  close: async () => undefined,
};

describe("ScheduledModel", () => {
  it("joins no request of which two would be more than one run takes", () => {
    const model = new ScheduledModel({
      model: "m",
      session: SESSION,
      mayBeJoined: true,
      whole: new UnderWay(),
      log: () => undefined,
    });
    const shareOf = (elements: number) =>
      model.shareOf({ x: tensor("float32", [1, elements], new Float32Array(elements)) }, undefined);
    expect(shareOf(131_072)).toMatchObject({ rows: 1, sizeBytes: 524_288 });
    expect(shareOf(131_073)).toBeUndefined();
  });
});
