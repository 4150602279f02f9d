import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createExampleApp, predict } from "@virga/conformance/example-app";
import type { App } from "@virga/core";

interface Expected {
  readonly rows: readonly (readonly number[])[];
  readonly labels: readonly string[];
  readonly probabilities: readonly (readonly number[])[];
}

/** scikit-learn computes in float64, the model in float32. */
const TOLERANCE = 1e-6;

describe("iris", () => {
  const { rows, labels, probabilities }: Expected = JSON.parse(
    readFileSync(new URL("../expected.json", import.meta.url), "utf8"),
  );
  let app: App;

  beforeAll(async () => {
    app = await createExampleApp(new URL("../serverless.yml", import.meta.url));
  });
  afterAll(() => app.close());

  it("answers label and probabilities of one flower", async () => {
    const [status, answer] = await predict(app, { instances: [[5.1, 3.5, 1.4, 0.2]] });
    expect(status).toBe(200);
    expect(answer).toEqual({
      predictions: [{ label: "setosa", probabilities: [expect.any(Number), expect.any(Number), expect.any(Number)] }],
    });
  });

  it("answers all 150 flowers as scikit-learn does", async () => {
    const [, answer] = await predict(app, { instances: rows });
    const { predictions } = answer as { predictions: { label: string; probabilities: number[] }[] };
    expect(predictions.map(({ label }) => label)).toEqual(labels);
    const differences = predictions.flatMap((prediction, row) =>
      prediction.probabilities.map((each, column) => Math.abs(each - (probabilities[row]?.[column] ?? Number.NaN))),
    );
    expect(differences).toHaveLength(450);
    expect(Math.max(...differences)).toBeLessThan(TOLERANCE);
  });

  it("refuses a flower with three measurements", async () => {
    const [status, answer] = await predict(app, { instances: [[5.1, 3.5, 1.4]] });
    expect([status, answer]).toEqual([400, expect.objectContaining({ code: "INPUT_INVALID" })]);
  });
});
