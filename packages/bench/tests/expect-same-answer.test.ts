import { describe, expect, it } from "@jest/globals";
import { expectSameAnswer } from "../src/weights/expect-same-answer.ts";

describe("an answer", () => {
  it("may differ by the order of additions", () => {
    expect(() => expectSameAnswer([1.00005, -2, 0.0001], [1, -2, 0])).not.toThrow();
  });

  it.each([[[1, -2]], [[1, -2, 0.001]], [[1, -2, Number.NaN]], [[1, -2, 0, 0]]])("may not be %p", (answer) => {
    expect(() => expectSameAnswer(answer, [1, -2, 0])).toThrow(/not the one/);
  });
});
