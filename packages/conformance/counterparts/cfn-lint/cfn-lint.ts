import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { checkAwsPlan, toLambdaDeployment } from "@virga/aws/deploy";
import { describeApiKey } from "@virga/deploy";
import type { CheckResult, Counterpart } from "../counterpart.ts";
import { preparePython } from "../python.ts";
import { servicePlans } from "./service-plans.ts";

const run = promisify(execFile);
const REQUIREMENTS = fileURLToPath(new URL("requirements.txt", import.meta.url));
const SERVERLESS = createRequire(import.meta.url).resolve("serverless/bin/serverless.js");
/** An end of central directory and nothing before it. */
const EMPTY_ZIP = Buffer.concat([Buffer.from("PK\x05\x06", "latin1"), Buffer.alloc(18)]);
const FACTS = { modelSizeBytes: { iris: 3e8, shared: 1e6 }, ...describeApiKey("k".repeat(32)) };
const PACKAGE_DEADLINE_MS = 300_000;
const LINT_DEADLINE_MS = 300_000;

type Plan = ReturnType<typeof servicePlans>[number]["plan"];

/** AWS's own checker of templates, on what the Serverless Framework makes of every kind of service. */
export const cfnLint: Counterpart = {
  name: "cfn-lint",
  async run(report) {
    const linter = join(preparePython(REQUIREMENTS), "cfn-lint");
    const folder = mkdtempSync(join(tmpdir(), "virga-cfn-lint-"));
    try {
      const templates = new Map<string, string>();
      for (const [index, { name, plan }] of servicePlans().entries()) {
        checkAwsPlan(plan, FACTS);
        templates.set(name, await compile(plan, join(folder, String(index))));
      }
      const broken = join(folder, "broken.json");
      breakTimeout([...templates.values()][0] ?? "", broken);
      const complaints = await lint(linter, [...templates.values(), broken]);
      for (const [name, template] of templates) report(toResult(name, ofTemplate(complaints, template)));
      report(foundFault(ofTemplate(complaints, broken)));
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
};

/** Path of the template that the Serverless Framework makes of a plan. */
async function compile(plan: Plan, folder: string): Promise<string> {
  const { functions, iamStatements, resources } = toLambdaDeployment(plan, FACTS);
  mkdirSync(folder);
  writeFileSync(join(folder, "function.zip"), EMPTY_ZIP);
  const service = {
    service: plan.service,
    provider: { name: "aws", stage: plan.stage, region: plan.aws.region, iam: { role: { statements: iamStatements } } },
    package: { artifact: "function.zip" },
    functions,
    resources,
  };
  writeFileSync(join(folder, "serverless.json"), JSON.stringify(service));
  await run(process.execPath, [SERVERLESS, "package"], { cwd: folder, timeout: PACKAGE_DEADLINE_MS });
  return join(folder, ".serverless", "cloudformation-template-update-stack.json");
}

/** The Serverless Framework's own template of an HTTP API says twice that a route needs its integration. */
const REDUNDANT_DEPENDENCY = "W3005";

/** One line for each complaint, warnings too. */
async function lint(linter: string, templates: readonly string[]): Promise<readonly string[]> {
  const flags = ["--ignore-checks", REDUNDANT_DEPENDENCY, "--format", "parseable", "--regions", "us-east-1"];
  try {
    const { stdout } = await run(linter, [...flags, "--template", ...templates], { timeout: LINT_DEADLINE_MS });
    return linesOf(stdout);
  } catch (error) {
    // Ends with a code that is not 0 when it complains.
    if (error instanceof Error && "stdout" in error && typeof error.stdout === "string" && error.stdout !== "") {
      return linesOf(error.stdout);
    }
    throw error;
  }
}

function linesOf(text: string): readonly string[] {
  return text.split("\n").filter((line) => line !== "");
}

function ofTemplate(complaints: readonly string[], template: string): readonly string[] {
  return complaints.filter((line) => line.startsWith(`${template}:`));
}

function toResult(check: string, complaints: readonly string[]): CheckResult {
  return complaints.length === 0 ? { check } : { check, failure: complaints.join("\n") };
}

/** A checker that lets everything through would prove nothing. */
function breakTimeout(template: string, broken: string): void {
  writeFileSync(broken, readFileSync(template, "utf8").replace(/"Timeout": ?\d+/, '"Timeout": 901'));
}

function foundFault(complaints: readonly string[]): CheckResult {
  const check = "a timeout of 901 s is found";
  return complaints.some((line) => line.includes("901")) ? { check } : { check, failure: "cfn-lint let it through." };
}
