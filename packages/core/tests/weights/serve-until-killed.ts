// Serves a model that follows its alias, and asks it again and again, until it is killed.
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createApp } from "../../src/request/app.ts";
import { WeightCache } from "../../src/weights/cache/weight-cache.ts";
import type { RegisteredModel } from "../../src/weights/load-registered.ts";
import { Registry } from "../../src/weights/registry/registry.ts";
import { createFileStore } from "../../src/weights/store/file-store.ts";
import { QUICK, toLocation } from "./fetch/fetch-harness.ts";

/** What the process is to serve, as JSON in its argument. */
export interface ServeOrder {
  /** Holds the registry and the cache. */
  readonly folder: string;
  readonly alias: string;
  readonly maxCacheBytes: number;
  readonly width: number;
  /** Where the weights are fetched from, by their key in the registry. */
  readonly blobs: string;
}

const { folder, alias, maxCacheBytes, width, blobs }: ServeOrder = JSON.parse(process.argv[2] ?? "");
const records = createFileStore(join(folder, "registry"));
const source: RegisteredModel = {
  kind: "registry",
  registry: new Registry({ ...records, locate: (key) => toLocation(new URL(key, blobs)) }),
  name: "scale",
  reference: alias,
  cache: new WeightCache({ directory: join(folder, "cache"), maxBytes: maxCacheBytes }),
  fetch: QUICK,
  refreshMs: 5,
};
const app = createApp({
  models: { scale: { source } },
  log: ({ level, message }) => {
    if (level === "error") process.stdout.write(`${message}\n`);
  },
});
const body = JSON.stringify({
  inputs: [{ name: "X", shape: [1, width], datatype: "FP32", data: Array(width).fill(1) }],
});

for (let last = ""; ; await sleep(2)) {
  const request = new Request("http://127.0.0.1/v2/models/scale/infer", { method: "POST", body });
  const text = await (await app.fetch(request)).text();
  const now = describeAnswer(text);
  if (now !== last) process.stdout.write(`${now}\n`);
  last = now;
}

/** The version that answered and the factor that it scales with, the same in every place. */
function describeAnswer(text: string): string {
  const { model_version: version, outputs } = JSON.parse(text);
  if (outputs === undefined) return text;
  const factors = [...new Set(outputs[0].data)];
  return `version ${version} scales by ${factors}`;
}
