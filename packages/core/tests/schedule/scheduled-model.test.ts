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

function scheduled(session: Session): ScheduledModel {
  return new ScheduledModel({
    model: "m",
    session,
    mayBeJoined: true,
    whole: new UnderWay(),
    log: () => undefined,
  });
}

describe("ScheduledModel", () => {
  it("joins no request of which two would be more than one run takes", () => {
    const model = scheduled(SESSION);
    const shareOf = (elements: number) =>
      model.shareOf({ x: tensor("float32", [1, elements], new Float32Array(elements)) }, undefined);
    expect(shareOf(131_072)).toMatchObject({ rows: 1, sizeBytes: 524_288 });
    expect(shareOf(131_073)).toBeUndefined();
  });

  it("learns anew how long runs take when its session says that they take another time", () => {
    let changed = (): void => undefined;
    const onPaceChange = (listener: () => void): void => {
      changed = listener;
    };
    const model = scheduled({ ...SESSION, onPaceChange });
    const policy = () => model.shareOf({ x: tensor("float32", [1, 1], new Float32Array(1)) }, undefined)?.policy;
    const before = policy();
    expect(before).toBeDefined();
    expect(policy()).toBe(before);
    changed();
    expect(policy()).toBeDefined();
    expect(policy()).not.toBe(before);
  });
});
