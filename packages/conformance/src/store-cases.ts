import assert from "node:assert/strict";
import type { ModelStore } from "@virga/core/weights";
import { assertSameBytes, assertSameJson } from "./same.ts";
import { STORE_FILE_CASES } from "./store-file-cases.ts";
import { bytesOf, infosBelow, keysBelow, refusal, type StoreCase, storeCase, textOf, write } from "./store-harness.ts";

const reading: StoreCase[] = [
  storeCase("what was written is read, and its tag stays while its bytes do", async (store, folder) => {
    const tag = await write(store, `${folder}/a.json`, "one");
    const read = await store.read(`${folder}/a.json`);
    assert.equal(textOf(read?.bytes), "one");
    assert.equal(read?.tag, tag);
    const info = await store.info(`${folder}/a.json`);
    assert.equal(info?.tag, tag);
    assert.equal(info?.sizeBytes, 3);
    assert.ok(Math.abs((info?.modifiedAtMs ?? 0) - Date.now()) < 120_000, `modified at ${info?.modifiedAtMs}`);
  }),
  storeCase("an empty object is an object", async (store, folder) => {
    await write(store, `${folder}/empty`, "");
    assert.equal((await store.read(`${folder}/empty`))?.bytes.byteLength, 0);
  }),
  storeCase("every byte, and keys with spaces, plus signs and letters of other scripts", async (store, folder) => {
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
    for (const name of ["a b", "a+b", "ż🌧", "a%20b", "a=b&c", "deep/er/still"]) {
      await store.write(`${folder}/${name}`, { kind: "bytes", bytes });
      assertSameBytes((await store.read(`${folder}/${name}`))?.bytes ?? new Uint8Array(), bytes, name);
    }
  }),
  storeCase("what is not there is nothing, not a failure", async (store, folder) => {
    assert.equal(await store.read(`${folder}/none`), undefined);
    assert.equal(await store.info(`${folder}/none`), undefined);
    assert.equal(await store.readIfChanged(`${folder}/none`, "tag"), undefined);
    assertSameJson(await keysBelow(store, `${folder}/`), []);
    await store.delete(`${folder}/none`);
  }),
  storeCase("a conditional read brings nothing until the object changes", async (store, folder) => {
    const tag = await write(store, `${folder}/alias`, "one");
    assert.equal(await store.readIfChanged(`${folder}/alias`, tag), "unchanged");
    const next = await write(store, `${folder}/alias`, "two");
    const changed = await store.readIfChanged(`${folder}/alias`, tag);
    assert.ok(changed !== "unchanged" && changed !== undefined);
    assert.equal(textOf(changed.bytes), "two");
    assert.equal(changed.tag, next);
  }),
  storeCase("a list is in the order of keys and knows no folders", async (store, folder) => {
    for (const name of ["b", "a/2", "a/1", "c", "a-b", "a1/x"]) await write(store, `${folder}/list/${name}`, name);
    await write(store, `${folder}/listing`, "beside");
    const prefix = `${folder}/list/`;
    assertSameJson(
      await keysBelow(store, prefix),
      ["a-b", "a/1", "a/2", "a1/x", "b", "c"].map((name) => prefix + name),
    );
    const infos = await infosBelow(store, `${prefix}a/`);
    assertSameJson(
      infos.map((info) => info.sizeBytes),
      [3, 3],
    );
  }),
  storeCase("a deleted object is gone", async (store, folder) => {
    await write(store, `${folder}/gone`, "x");
    await store.delete(`${folder}/gone`);
    assert.equal(await store.read(`${folder}/gone`), undefined);
    assertSameJson(await keysBelow(store, `${folder}/`), []);
  }),
];

const conditions: StoreCase[] = [
  storeCase(
    "a write that wants the key free is refused where it is taken, and changes nothing",
    async (store, folder) => {
      const condition = { kind: "absent" } as const;
      await store.write(`${folder}/v1`, { kind: "bytes", bytes: bytesOf("first") }, { condition });
      const error = await refusal(
        store.write(`${folder}/v1`, { kind: "bytes", bytes: bytesOf("second") }, { condition }),
      );
      assert.equal(error.code, "WRITE_CONFLICT");
      assert.equal(textOf((await store.read(`${folder}/v1`))?.bytes), "first");
    },
  ),
  storeCase("a write that wants one state is refused on any other", async (store, folder) => {
    const first = await write(store, `${folder}/alias`, "one");
    const second = await store.write(
      `${folder}/alias`,
      { kind: "bytes", bytes: bytesOf("two") },
      { condition: { kind: "unchanged", tag: first } },
    );
    const stale = { condition: { kind: "unchanged", tag: first } } as const;
    assert.equal(
      (await refusal(store.write(`${folder}/alias`, { kind: "bytes", bytes: bytesOf("3") }, stale))).code,
      "WRITE_CONFLICT",
    );
    assert.equal(
      (await refusal(store.write(`${folder}/none`, { kind: "bytes", bytes: bytesOf("3") }, stale))).code,
      "WRITE_CONFLICT",
    );
    const read = await store.read(`${folder}/alias`);
    assert.equal(textOf(read?.bytes), "two");
    assert.equal(read?.tag, second);
  }),
  storeCase("of twenty writers of one free key one wins", async (store, folder) => {
    const writes = Array.from({ length: 20 }, (_, index) =>
      store.write(
        `${folder}/race`,
        { kind: "bytes", bytes: bytesOf(String(index)) },
        { condition: { kind: "absent" } },
      ),
    );
    await expectOneWinner(store, `${folder}/race`, writes);
  }),
  storeCase("of twenty writers on one state one wins", async (store, folder) => {
    const tag = await write(store, `${folder}/race`, "before");
    const writes = Array.from({ length: 20 }, (_, index) =>
      store.write(
        `${folder}/race`,
        { kind: "bytes", bytes: bytesOf(String(index)) },
        { condition: { kind: "unchanged", tag } },
      ),
    );
    await expectOneWinner(store, `${folder}/race`, writes);
  }),
];

async function expectOneWinner(store: ModelStore, key: string, writes: readonly Promise<string>[]): Promise<void> {
  const outcomes = await Promise.allSettled(writes);
  const winners = outcomes.flatMap((outcome, index) => (outcome.status === "fulfilled" ? [index] : []));
  assert.equal(winners.length, 1, `${winners.length} won`);
  assert.equal(textOf((await store.read(key))?.bytes), String(winners[0]));
  for (const outcome of outcomes) {
    if (outcome.status === "rejected")
      assert.equal((await refusal(Promise.reject(outcome.reason))).code, "WRITE_CONFLICT");
  }
}

/** What every writable store owes. */
export const STORE_CASES: readonly StoreCase[] = [...reading, ...conditions, ...STORE_FILE_CASES];
