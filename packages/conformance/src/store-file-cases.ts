import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, open, rm, writeFile } from "node:fs/promises";
import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ModelStore } from "@virga/core/weights";
import { refusal, type StoreCase, storeCase } from "./store-harness.ts";

/** Runs `work` with a file of random bytes. */
async function withFile(
  sizeBytes: number,
  work: (file: { path: string; sizeBytes: number; sha256: string; bytes: Buffer }) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "virga-store-"));
  try {
    const bytes = randomBytes(sizeBytes);
    const path = join(folder, "file");
    await writeFile(path, bytes);
    await work({ path, sizeBytes, bytes, sha256: createHash("sha256").update(bytes).digest("hex") });
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function fetchRange(store: ModelStore, key: string, first: number, last: number): Promise<Buffer> {
  const location = store.locate(key);
  if (location.kind === "file") {
    const file = await open(location.path);
    const { buffer } = await file.read(Buffer.alloc(last - first + 1), 0, last - first + 1, first);
    await file.close();
    return buffer;
  }
  const { url, headers } = await location.request({ first, last });
  const request = url.protocol === "https:" ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const sent = request(url, { headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () =>
        response.statusCode === 206
          ? resolve(Buffer.concat(chunks))
          : reject(new Error(`${response.statusCode}: ${Buffer.concat(chunks)}`)),
      );
      response.on("error", reject);
    });
    sent.on("error", reject);
    sent.end();
  });
}

/** What a store owes to files too large for memory. */
export const STORE_FILE_CASES: readonly StoreCase[] = [
  storeCase("a large file is stored whole, with progress, and fetched in ranges", (store, folder) =>
    withFile(20_000_003, async ({ bytes, ...file }) => {
      const progress: number[] = [];
      const key = `${folder}/weights`;
      const condition = { kind: "absent" } as const;
      const tag = await store.write(
        key,
        { kind: "file", ...file },
        { condition, onProgress: (stored) => progress.push(stored) },
      );
      const info = await store.info(key);
      assert.equal(info?.sizeBytes, bytes.byteLength);
      assert.equal(info?.tag, tag);
      assert.equal(progress.at(-1), bytes.byteLength);
      assert.deepEqual(
        progress,
        progress.toSorted((one, other) => one - other),
        "progress went backwards",
      );
      for (const [first, last] of [
        [0, 0],
        [8_388_608, 16_777_215],
        [20_000_000, 20_000_002],
      ] as const) {
        assert.ok(
          (await fetchRange(store, key, first, last)).equals(bytes.subarray(first, last + 1)),
          `${first}-${last}`,
        );
      }
      assert.equal((await refusal(store.write(key, { kind: "file", ...file }, { condition }))).code, "WRITE_CONFLICT");
    }),
  ),
  storeCase("an upload that is called off leaves nothing", (store, folder) =>
    withFile(20_000_003, async ({ path, sizeBytes, sha256 }) => {
      const signal = AbortSignal.timeout(1);
      await store.write(`${folder}/half`, { kind: "file", path, sizeBytes, sha256 }, { signal }).then(
        () => undefined,
        () => undefined,
      );
      const read = await store.info(`${folder}/half`);
      assert.ok(read === undefined || read.sizeBytes === sizeBytes, `${read?.sizeBytes} bytes were left`);
    }),
  ),
  storeCase("a file whose bytes are not those announced is refused and not kept", (store, folder) =>
    withFile(1_000, async ({ path, sizeBytes }) => {
      const sha256 = "0".repeat(64);
      const error = await refusal(store.write(`${folder}/wrong`, { kind: "file", path, sizeBytes, sha256 }));
      assert.equal(error.code, "WEIGHTS_CORRUPT");
      assert.equal(await store.info(`${folder}/wrong`), undefined);
    }),
  ),
];
