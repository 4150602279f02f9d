import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { CheckResult, Counterpart } from "../counterpart.ts";
import { identities, identity, sumAndDifference } from "../models.ts";
import { preparePython } from "../python.ts";
import { withService } from "../virga-serve.ts";

const local = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

/** Enough for the cases that cover each keyword of a schema, and some random ones on top. */
const MAX_EXAMPLES = "25";

/** Generates requests, right and wrong, from `/openapi.json` and holds the answers to it. */
export const schemathesis: Counterpart = {
  name: "schemathesis",
  async run(report) {
    const python = preparePython(local("requirements.txt"));
    const iris = readFileSync(local("../../../../examples/iris/model.onnx"));
    const test = (models: Readonly<Record<string, Uint8Array>>, config: string): Promise<void> =>
      withService(models, (url) => runCli(python, url, local(config), report));
    await test({ only: identities([2, 3]) }, "exact.toml");
    await test({ simple: sumAndDifference(), text: identity("string", ["N", "M"]) }, "free-sizes.toml");
    await test({ iris }, "free-sizes.toml");
  },
};

/** Tests every operation of the service; one check each. */
async function runCli(bin: string, url: string, config: string, report: (result: CheckResult) => void): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "virga-schemathesis-"));
  const results = join(folder, "junit.xml");
  const flags = [
    ...["--config-file", config, "run", `${url}/openapi.json`],
    ...["--checks", "all", "--phases", "examples,coverage,fuzzing", "--max-examples", MAX_EXAMPLES],
    ...["--generation-deterministic", "--continue-on-failure", "--request-timeout", "30"],
    ...["--report", "junit", "--report-junit-path", results],
  ];
  const child = spawn(join(bin, "schemathesis"), ["--no-color", ...flags], {
    cwd: folder,
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, SCHEMATHESIS_HOOKS: "request_hooks", PYTHONPATH: local("."), PYTHONDONTWRITEBYTECODE: "1" },
  });
  await once(child, "exit");
  for (const result of readResults(readFileSync(results, "utf8"))) report(result);
  rmSync(folder, { recursive: true });
}

/** Test cases of a JUnit report. */
function readResults(xml: string): CheckResult[] {
  return Array.from(xml.matchAll(/<testcase name="([^"]*)"[^>]*?(?:\/>|>(.*?)<\/testcase>)/gs), ([, name, content]) => {
    const failures = Array.from((content ?? "").matchAll(/<(failure|error)[^>]*>(.*?)<\/\1>/gs), ([, , text]) => text);
    return { check: name ?? "", ...(failures.length > 0 && { failure: unescapeXml(failures.join("\n")) }) };
  });
}

const ENTITIES: Readonly<Record<string, string>> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };

function unescapeXml(text: string): string {
  return text.replaceAll(/&(\w+);/g, (whole, name: string) => ENTITIES[name] ?? whole).replaceAll(/\n\n+/g, "\n");
}
