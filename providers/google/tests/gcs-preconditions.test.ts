import { type Bucket, type File, Storage } from "@google-cloud/storage";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type StrictGcs, startStrictGcs } from "@virga/conformance/strict-gcs";

/**
 * What the store rests on, asked of the stand-in through Google's own client: it has to agree with Cloud Storage, or the
 * store's suite proves nothing.
 */
let server: StrictGcs;
let bucket: Bucket;
let versioned: Bucket;

beforeAll(async () => {
  server = await startStrictGcs({ buckets: { models: {}, versioned: { versioning: true } } });
  const storage = new Storage({
    apiEndpoint: server.url.origin,
    projectId: "local",
    useAuthWithCustomEndpoint: false,
    retryOptions: { autoRetry: false },
  });
  bucket = storage.bucket("models");
  versioned = storage.bucket("versioned");
});

afterAll(async () => {
  await server.close();
  expect(server.misunderstood).toEqual([]);
});

let count = 0;

async function newObject(text = "one", from = bucket): Promise<{ file: File; generation: number }> {
  count += 1;
  const file = from.file(`object-${count}`);
  await file.save(text, { resumable: false });
  return { file, generation: Number(file.metadata.generation) };
}

/** The status of a refusal, or 200. */
async function statusOf(work: Promise<unknown>): Promise<number> {
  return work.then(
    () => 200,
    (error: { code?: unknown }) => Number(error.code),
  );
}

type AskFor = (generation: number) => Record<string, number>;

const CONDITIONS: readonly [string, AskFor, { read: number; write: number }][] = [
  ["its generation", (generation) => ({ ifGenerationMatch: generation }), { read: 200, write: 200 }],
  ["another generation", (generation) => ({ ifGenerationMatch: generation - 1 }), { read: 412, write: 412 }],
  ["no object", () => ({ ifGenerationMatch: 0 }), { read: 412, write: 412 }],
  ["not its generation", (generation) => ({ ifGenerationNotMatch: generation }), { read: 304, write: 412 }],
  ["not another generation", (generation) => ({ ifGenerationNotMatch: generation - 1 }), { read: 200, write: 200 }],
  ["any object", () => ({ ifGenerationNotMatch: 0 }), { read: 200, write: 200 }],
  ["its metageneration", () => ({ ifMetagenerationMatch: 1 }), { read: 200, write: 200 }],
  ["another metageneration", () => ({ ifMetagenerationMatch: 2 }), { read: 412, write: 412 }],
  ["not its metageneration", () => ({ ifMetagenerationNotMatch: 1 }), { read: 304, write: 412 }],
  ["not another metageneration", () => ({ ifMetagenerationNotMatch: 2 }), { read: 200, write: 200 }],
];

describe.each(CONDITIONS)("who wants %s", (_, ask, { read, write }) => {
  it(`reads with status ${read}`, async () => {
    const { file, generation } = await newObject();
    expect(await statusOf(file.getMetadata(ask(generation)))).toBe(read);
  });

  it.each([false, true])(`writes with status ${write} (resumable: %p)`, async (resumable) => {
    const { file, generation } = await newObject();
    expect(await statusOf(file.save("two", { resumable, preconditionOpts: ask(generation) }))).toBe(write);
    expect(String(await file.download())).toBe(write === 200 ? "two" : "one");
  });

  it(`deletes with status ${write}`, async () => {
    const { file, generation } = await newObject();
    expect(await statusOf(file.delete(ask(generation)))).toBe(write);
    expect(await file.exists()).toEqual([write !== 200]);
  });
});

describe("an object that is not there", () => {
  it.each([
    [{ ifGenerationMatch: 0 }, 200],
    [{ ifGenerationMatch: 1 }, 412],
    [{ ifGenerationNotMatch: 0 }, 412],
    [{ ifGenerationNotMatch: 1 }, 412],
    [{ ifMetagenerationMatch: 1 }, 412],
  ])("is written under %j with status %i", async (preconditionOpts, status) => {
    for (const resumable of [false, true]) {
      count += 1;
      const file = bucket.file(`object-${count}`);
      expect(await statusOf(file.save("one", { resumable, preconditionOpts }))).toBe(status);
    }
  });

  it("is read and deleted with status 404 under any condition", async () => {
    const file = bucket.file("none");
    expect(await statusOf(file.getMetadata({ ifGenerationNotMatch: 1 }))).toBe(404);
    expect(await statusOf(file.delete({ ifGenerationMatch: 1 }))).toBe(404);
  });
});

describe("generations", () => {
  it("grow with every write, also after a deletion", async () => {
    const { file, generation } = await newObject();
    const seen = [generation];
    for (let turn = 0; turn < 20; turn += 1) {
      if (turn % 5 === 0) await file.delete();
      await file.save("same", { resumable: false });
      seen.push(Number(file.metadata.generation));
    }
    expect(seen).toEqual([...new Set(seen)].sort((one, other) => one - other));
  });

  it.each([false, true])("of twenty writers that want none one wins (resumable: %p)", async (resumable) => {
    count += 1;
    const writes = Array.from({ length: 20 }, (_, index) =>
      statusOf(
        bucket.file(`object-${count}`).save(String(index), { resumable, preconditionOpts: { ifGenerationMatch: 0 } }),
      ),
    );
    const statuses = await Promise.all(writes);
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    expect(statuses.filter((status) => status === 412)).toHaveLength(19);
  });

  it("are gone once replaced", async () => {
    const { file, generation } = await newObject("old");
    await file.save("new", { resumable: false });
    expect(await statusOf(bucket.file(file.name, { generation }).download())).toBe(404);
  });

  it("stay readable where the bucket keeps versions", async () => {
    const { file, generation } = await newObject("old", versioned);
    await file.save("new", { resumable: false });
    expect(String(await versioned.file(file.name, { generation }).download())).toBe("old");
    expect(String(await versioned.file(file.name).download())).toBe("new");
  });
});

describe("bytes", () => {
  it.each([
    [0, 0, "0"],
    [2, 5, "2345"],
    [8, 100, "89"],
    [3, undefined, "3456789"],
    [undefined, -4, "6789"],
  ])("from %p to %p are a range", async (start, end, text) => {
    const { file } = await newObject("0123456789");
    const range = { ...(start !== undefined && { start }), ...(end !== undefined && { end }) };
    expect(String(await file.download(range))).toBe(text);
  });

  it("beyond the end are refused with status 416", async () => {
    const { file } = await newObject("0123456789");
    expect(await statusOf(file.download({ start: 10, end: 12 }))).toBe(416);
  });

  it.each([1, 256 * 1024 - 1, 256 * 1024, 3 * 256 * 1024 + 1])("in pieces make an object of %i", async (sizeBytes) => {
    count += 1;
    const file = bucket.file(`object-${count}`);
    const bytes = Buffer.alloc(sizeBytes, "virga");
    await file.save(bytes, { resumable: true, chunkSize: 256 * 1024 });
    const [stored] = await file.download();
    expect(stored.equals(bytes)).toBe(true);
  });

  it.each([
    [{ md5Hash: "1B2M2Y8AsgTpgAmY7PhCfg==" }, false],
    [{ crc32c: "AAAAAA==" }, false],
    [{ md5Hash: "1B2M2Y8AsgTpgAmY7PhCfg==" }, true],
    [{ crc32c: "AAAAAA==" }, true],
  ])("that are not those of %j are refused with status 400 (resumable: %p)", async (metadata, resumable) => {
    count += 1;
    const file = bucket.file(`object-${count}`);
    expect(await statusOf(file.save("something else", { resumable, validation: false, metadata }))).toBe(400);
    expect(await file.exists()).toEqual([false]);
  });
});

it("a list has pages of the size that was asked for", async () => {
  const names = Array.from({ length: 7 }, (_, index) => `pages/${index}`);
  for (const name of names) await bucket.file(name).save("", { resumable: false });
  const sizes: number[] = [];
  const listed: string[] = [];
  let query: object | null = { prefix: "pages/" };
  while (query !== null) {
    const [files, next]: [File[], object | null, ...unknown[]] = await bucket.getFiles({
      ...query,
      maxResults: 3,
      autoPaginate: false,
    });
    sizes.push(files.length);
    listed.push(...files.map((file) => file.name));
    query = next;
  }
  expect(sizes).toEqual([3, 3, 1]);
  expect(listed).toEqual(names);
});
