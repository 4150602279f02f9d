import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, it } from "@jest/globals";
import type { CorpusCase } from "../src/corpus/corpus-case.ts";
import { readModelFolder } from "../src/corpus/model-folder.ts";
import { readNodeTests } from "../src/corpus/node-tests.ts";
import { createInfer } from "../src/corpus/open-inference-client.ts";
import { type ServerProcess, startServerProcess } from "./corpus/server-process.ts";

const SHARED = fileURLToPath(new URL("../../../../shared", import.meta.url));
const NODE_TESTS = join(SHARED, "onnx-node-tests-quick.ndjson.gz");
const MODELS = join(SHARED, "models");
const NO_LOCALE = "the host lacks the locale en_US.UTF-8";

const scratch = mkdtempSync(join(tmpdir(), "virga-corpus-models-"));
const hasLocale = /^en_US\.utf-?8$/im.test(spawnSync("locale", ["-a"], { encoding: "utf8" }).stdout ?? "");

afterAll(() => rmSync(scratch, { recursive: true }));

describeCorpus("ONNX backend tests", existsSync(NODE_TESTS) ? readNodeTests(NODE_TESTS, scratch) : []);
describeCorpus("real models", existsSync(MODELS) ? readModelFolders() : []);

function readModelFolders(): CorpusCase[] {
  const folders = readdirSync(MODELS).map((folder) => join(MODELS, folder));
  return folders.flatMap((folder) => (existsSync(join(folder, "cases.json")) ? readModelFolder(folder, scratch) : []));
}

/** Plays every case over HTTP against one service with all the models, in both encodings. */
function describeCorpus(title: string, cases: readonly CorpusCase[]): void {
  if (cases.length === 0) {
    it.skip(`${title}: skipped, because ../shared is absent`, () => undefined);
    return;
  }
  describe(title, () => {
    let server: ServerProcess;
    beforeAll(async () => {
      server = await startServerProcess({
        models: Object.fromEntries(cases.map(({ model }) => [model.name, { source: model.path }])),
      });
    });
    afterAll(() => server.stop());
    describe.each(["json", "binary"] as const)("as %s", (encoding) => {
      for (const each of cases) {
        if (each.needsLocale && !hasLocale) {
          it.skip(`${each.name}: skipped, because ${NO_LOCALE}`, () => undefined);
          continue;
        }
        it(each.name, async () => {
          await each.play(createInfer(server.url, encoding));
          await server.assertAlive();
        });
      }
    });
  });
}
