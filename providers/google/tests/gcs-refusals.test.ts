import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type StrictGcs, startStrictGcs } from "@virga/conformance/strict-gcs";
import { InferenceError } from "@virga/core";
import type { ModelStore } from "@virga/core/weights";
import { createGcsStore } from "../src/index.ts";

const PERMISSIONS = {
  read: "storage.objects.get",
  write: "storage.objects.create",
  delete: "storage.objects.delete",
  list: "storage.objects.list",
};

let server: StrictGcs;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "virga-gcs-"));
  await writeFile(join(folder, "one"), "1");
  server = await startStrictGcs({
    buckets: {
      forbidden: { denied: Object.values(PERMISSIONS) },
      "let-in-by-token": { token: "secret" },
      "paid-by-others": { payingProjects: ["payer"] },
    },
  });
});

afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
  expect(server.misunderstood).toEqual([]);
});

/** The SHA-256 of the file "one". */
const SHA256 = "6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b";

const ACTIONS: readonly [string, keyof typeof PERMISSIONS, (store: ModelStore) => Promise<unknown>][] = [
  ["read", "read", (store) => store.read("a")],
  ["look at", "read", (store) => store.info("a")],
  ["poll", "read", (store) => store.readIfChanged("a", "1")],
  ["fetch a range of", "read", fetchRange],
  ["write bytes to", "write", (store) => store.write("a", { kind: "bytes", bytes: Buffer.from("1") })],
  [
    "write a file to",
    "write",
    (store) => store.write("a", { kind: "file", path: join(folder, "one"), sizeBytes: 1, sha256: SHA256 }),
  ],
  ["delete from", "delete", (store) => store.delete("a")],
  ["list", "list", (store) => store.list("a")[Symbol.asyncIterator]().next()],
];

async function fetchRange(store: ModelStore): Promise<string> {
  const location = store.locate("a");
  if (location.kind !== "http") throw new Error("an object of Cloud Storage is fetched over HTTP");
  const { url, headers } = await location.request({ first: 0, last: 9 });
  const answer = await fetch(url, { headers });
  const body = await answer.text();
  if (answer.ok) return body;
  throw location.explain?.(answer.status, body) ?? new Error(`${answer.status}: ${body}`);
}

async function refusalOf(work: Promise<unknown>): Promise<InferenceError> {
  const error = await work.then(
    () => new Error("nothing was refused"),
    (refusal: unknown) => refusal,
  );
  if (!InferenceError.is(error)) throw error;
  return error;
}

function openStore(bucket: string, userProject?: string): ModelStore {
  return createGcsStore({ bucket, prefix: "teams", endpoint: server.url, ...(userProject && { userProject }) });
}

describe.each(ACTIONS)("who may not %s a bucket", (_, action, work) => {
  it("is told which permission is missing on it", async () => {
    const { code, message } = await refusalOf(work(openStore("forbidden")));
    expect(code).toBe("WEIGHTS_DENIED");
    expect(message).toContain(`May not ${action} gs://forbidden/teams/a: grant ${PERMISSIONS[action]}`);
  });

  it("is told that there is no such bucket", async () => {
    const { code, message } = await refusalOf(work(openStore("absent")));
    expect(code).toBe("WEIGHTS_MISSING");
    expect(message).toContain("no bucket absent: create it");
  });

  it("is told that the credentials are not accepted", async () => {
    const { code, message } = await refusalOf(work(openStore("let-in-by-token")));
    expect(code).toBe("WEIGHTS_DENIED");
    expect(message).toContain("credentials for gs://let-in-by-token/teams/a");
  });

  it("is told to name who pays", async () => {
    const { code, message } = await refusalOf(work(openStore("paid-by-others")));
    expect(code).toBe("WEIGHTS_DENIED");
    expect(message).toContain("paid-by-others is a requester-pays bucket: name the project that pays");
  });

  it("is told that the project named may not be charged", async () => {
    const { code, message } = await refusalOf(work(openStore("paid-by-others", "stranger")));
    expect(code).toBe("WEIGHTS_DENIED");
    expect(message).toContain("serviceusage.services.use on the project that pays for paid-by-others");
  });
});

it("a range of a bucket that others pay for is read by who pays", async () => {
  const store = openStore("paid-by-others", "payer");
  await store.write("a", { kind: "bytes", bytes: Buffer.from("0123456789ab") });
  expect(await fetchRange(store)).toBe("0123456789");
});
