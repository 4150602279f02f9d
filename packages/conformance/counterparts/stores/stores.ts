import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { createS3Store } from "@virga/aws";
import type { ModelStore } from "@virga/core/weights";
import { createGcsStore } from "@virga/google";
import { STORE_CASES } from "../../src/store-cases.ts";
import type { CheckResult, Counterpart } from "../counterpart.ts";
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
}

async function openS3(url: string): Promise<ModelStore> {
  const client = new S3Client({ region: "us-east-1", endpoint: url, forcePathStyle: true, credentials: KEYS });
  await client.send(new CreateBucketCommand({ Bucket: BUCKET }));
  client.destroy();
  const credentials = async () => KEYS;
  return createS3Store({ bucket: BUCKET, prefix: PREFIX, region: "us-east-1", endpoint: new URL(url), credentials });
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
  },
  {
    name: "fake-gcs-server",
    prepare: (folder) => ({
      command: prepareGoTool("github.com/fsouza/fake-gcs-server@v1.55.1"),
      arguments: (port) => [
        ...["-scheme", "http", "-host", "127.0.0.1", "-port", String(port), "-backend", "memory"],
        ...["-public-host", `127.0.0.1:${port}`, "-external-url", `http://127.0.0.1:${port}`],
      ],
      readyPath: "/storage/v1/b?project=local",
      folder,
    }),
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
      for (const { name, run } of STORE_CASES) {
        const check = `${server.name}: ${name}`;
        await run({ store }).then(
          () => report({ check }),
          (error: unknown) => report({ check, failure: error instanceof Error ? error.message : String(error) }),
        );
      }
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
