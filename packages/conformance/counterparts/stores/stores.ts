import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { createS3Reader, createS3Store } from "@virga/aws";
import type { ModelStore } from "@virga/core/weights";
import { createGcsStore } from "@virga/google";
import { STORE_CASES } from "../../src/store-cases.ts";
import type { CheckResult, Counterpart } from "../counterpart.ts";
import { fakeGcsServer } from "../fake-gcs-server.ts";
import { prepareGoTool } from "../go-tool.ts";
import { preparePython } from "../python.ts";
import { type StandIn, withStandIn } from "../stand-in.ts";

const BUCKET = "models";
const PREFIX = "teams/vision";
const KEYS = { accessKeyId: "test", secretAccessKey: "test-secret" };

/** A server that speaks a store's protocol, and how the store is opened on it. */
interface StoreServer {
  readonly name: string;
  prepare(folder: string): StandIn;
  open(url: string): Promise<ModelStore>;
  /** Cases in which this server itself breaks its protocol; the others run them. */
  readonly gap?: { readonly cases: RegExp; readonly why: string };
  /** What is checked beside the suite. */
  checkReader?(url: string, store: ModelStore): Promise<void>;
}

async function openS3(url: string): Promise<ModelStore> {
  const client = new S3Client({ region: "us-east-1", endpoint: url, forcePathStyle: true, credentials: KEYS });
  await client.send(new CreateBucketCommand({ Bucket: BUCKET }));
  client.destroy();
  const credentials = async () => KEYS;
  return createS3Store({ bucket: BUCKET, prefix: PREFIX, region: "us-east-1", endpoint: new URL(url), credentials });
}

/** What a function reads without the SDK is what the SDK wrote. */
async function checkReader(url: string, store: ModelStore): Promise<void> {
  const access = { region: async () => "us-east-1", credentials: async () => KEYS };
  const reader = createS3Reader({ bucket: BUCKET, prefix: PREFIX, endpoint: new URL(url), ...access });
  const tag = await store.write("reader/a b", { kind: "bytes", bytes: Buffer.from("one") });
  const read = await reader.read("reader/a b");
  assert.equal(Buffer.from(read?.bytes ?? []).toString(), "one");
  assert.equal(read?.tag, tag);
  assert.equal(await reader.readIfChanged("reader/a b", tag), "unchanged");
  assert.equal(await reader.read("reader/none"), undefined);
  await store.write("reader/a b", { kind: "bytes", bytes: Buffer.from("two") });
  const changed = await reader.readIfChanged("reader/a b", tag);
  assert.ok(changed !== "unchanged" && Buffer.from(changed?.bytes ?? []).toString() === "two");
}

async function openGcs(url: string): Promise<ModelStore> {
  const headers = { "content-type": "application/json" };
  await fetch(`${url}/storage/v1/b?project=local`, { method: "POST", headers, body: JSON.stringify({ name: BUCKET }) });
  return createGcsStore({ bucket: BUCKET, prefix: PREFIX, endpoint: new URL(url) });
}

function python(): string {
  return preparePython(fileURLToPath(new URL("requirements.txt", import.meta.url)));
}

const SERVERS: readonly StoreServer[] = [
  {
    name: "moto",
    prepare: (folder) => ({
      command: join(python(), "python"),
      arguments: (port) => ["-m", "moto.server", "-H", "127.0.0.1", "-p", String(port)],
      readyPath: "/moto-api/data.json",
      folder,
    }),
    open: openS3,
    checkReader,
  },
  {
    name: "ministack",
    prepare: (folder) => ({
      command: join(python(), "ministack"),
      arguments: () => [],
      environment: (port) => ({ BIND_HOST: "127.0.0.1", GATEWAY_PORT: String(port) }),
      readyPath: "/_ministack/health",
      folder,
    }),
    open: openS3,
    checkReader,
  },
  {
    name: "versitygw",
    prepare: (folder) => {
      // Absolute, because the server changes its working directory before it opens them.
      const [data, versions] = [join(folder, "data"), join(folder, "versions")];
      for (const each of [data, versions]) mkdirSync(each);
      return {
        command: prepareGoTool("github.com/versity/versitygw/cmd/versitygw@v1.7.0"),
        arguments: (port) => ["--port", `127.0.0.1:${port}`, "posix", "--versioning-dir", versions, data],
        environment: () => ({ ROOT_ACCESS_KEY: KEYS.accessKeyId, ROOT_SECRET_KEY: KEYS.secretAccessKey }),
        readyPath: "/",
        folder,
      };
    },
    open: openS3,
    checkReader,
    // It looks at a precondition before it reads the body, and not again when it stores it.
    gap: { cases: /^of twenty writers/, why: "races, which it lets two writers win now and then" },
  },
  {
    name: "fake-gcs-server",
    prepare: fakeGcsServer,
    open: openGcs,
  },
];

/** The store suite, through the clouds' own clients, against servers that others wrote. */
export const stores: Counterpart = {
  name: "stores",
  async run(report) {
    for (const server of SERVERS) await runOn(server, report);
  },
};

async function runOn(server: StoreServer, report: (result: CheckResult) => void): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "virga-stores-"));
  try {
    await withStandIn(server.prepare(folder), async (url) => {
      const store = await server.open(url);
      if (server.gap !== undefined) process.stdout.write(`  left out of ${server.name}: ${server.gap.why}\n`);
      for (const { name, run } of STORE_CASES) {
        if (server.gap?.cases.test(name) !== true) await attempt(`${server.name}: ${name}`, run({ store }), report);
      }
      if (server.checkReader === undefined) return;
      await attempt(`${server.name}: read without the SDK`, server.checkReader(url, store), report);
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function attempt(check: string, work: Promise<void>, report: (result: CheckResult) => void): Promise<void> {
  await work.then(
    () => report({ check }),
    (error: unknown) => report({ check, failure: error instanceof Error ? error.message : String(error) }),
  );
}
