import { existsSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createExampleApp, predict } from "@virga/conformance/example-app";
import type { App } from "@virga/core";
import { PNG } from "pngjs";
import predictor from "../src/predict.ts";

const RECEIPT = [
  "CORNER BAKERY",
  ...["2 Rye bread", "7.80"],
  ...["1 Plum cake", "12.50"],
  ...["3 Espresso", "8.40"],
  ...["Total", "28.70"],
  "Thank you, come again!",
];

describe("ocr", () => {
  let app: App;

  beforeAll(async () => {
    app = await createExampleApp(new URL("../serverless.yml", import.meta.url), predictor);
  });
  afterAll(() => app.close());

  async function read(image: Uint8Array, mediaType: string): Promise<Record<string, unknown>> {
    const [status, answer] = await predict(app, image, mediaType);
    expect([status, answer]).toEqual([200, expect.any(Object)]);
    return answer as Record<string, unknown>;
  }

  it.each([
    ["receipt.png", "image/png"],
    ["receipt.jpg", "image/jpeg"],
  ])("reads the lines of %s in order", async (file, mediaType) => {
    const { text, confidence, box } = await read(readFileSync(new URL(file, import.meta.url)), mediaType);
    expect(text).toEqual(RECEIPT);
    expect(Math.min(...(confidence as number[]))).toBeGreaterThan(0.9);
    expect(box).toHaveLength(RECEIPT.length);
  });

  it("finds nothing on an empty page", async () => {
    const page = new PNG({ width: 200, height: 100 });
    page.data.fill(255);
    const { text, box } = await read(PNG.sync.write(page), "image/png");
    expect([text, box]).toEqual([[], []]);
  });

  it("refuses what is no image", async () => {
    const [status, answer] = await predict(app, Buffer.from("no image"), "image/png");
    expect([status, answer]).toEqual([400, expect.objectContaining({ code: "INPUT_INVALID" })]);
  });

  const shared = new URL("../../../../shared/models/ocr-ppocrv4/", import.meta.url);
  const recorded = existsSync(shared) ? it : it.skip;

  recorded("reads the recorded lines and the page with all of them (skipped without ../shared)", async () => {
    const { lines, page } = JSON.parse(readFileSync(new URL("cases.json", shared), "utf8"));
    const texts: string[] = lines.map((line: { text: string }) => line.text);
    for (const [index, line] of lines.entries()) {
      const { text } = await read(readFileSync(new URL(line.image, shared)), "image/png");
      expect(text).toEqual([texts[index]]);
    }
    const { text } = await read(readFileSync(new URL(page.image, shared)), "image/png");
    expect(text).toEqual(texts);
  });
});
