import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FunctionRun } from "../packaged/measure-functions.ts";
import { anonymousBytes, runSampled } from "../weights/sampled-process.ts";
import { CREDENTIALS, inputNumbers, REGION, type Report } from "../weights/subject.ts";
import { toPredictEvent } from "./function-url.ts";
import type { Invocation } from "./subjects/first-invocation.ts";

const SAMPLE_MS = 4;
const DEADLINE_MS = 60_000;

/** What is run against which store. */
export interface FunctionStart {
  /** The program that invokes a function once. */
  readonly programPath: string;
  /** File URL of the function's module. */
  readonly functionUrl: string;
  readonly endpoint: string;
  readonly bucket: string;
}

/**
 * Starts a function in a fresh process with the environment that Lambda gives it, and invokes it once.
 *
 * @throws Error with what it said when it fails.
 */
export async function runFunction(run: FunctionStart): Promise<FunctionRun> {
  const cache = mkdtempSync(join(tmpdir(), "virga-bench-"));
  try {
    const startedAtMs = performance.timeOrigin + performance.now();
    let peakAnonymousBytes = 0;
    const look = (pid: number): void => {
      peakAnonymousBytes = Math.max(peakAnonymousBytes, anonymousBytes(pid));
    };
    const said = await runSampled(toWords(run, cache), { look, everyMs: SAMPLE_MS, deadlineMs: DEADLINE_MS });
    // Before it, the function logs.
    const { endedAtMs, cpuMs, answer = [] } = JSON.parse(said.trimEnd().split("\n").at(-1) ?? "") as Report;
    return { whole: { wallMs: endedAtMs - startedAtMs, cpuMs }, peakAnonymousBytes, answer };
  } finally {
    rmSync(cache, { recursive: true, force: true });
  }
}

function toWords({ programPath, functionUrl, endpoint, bucket }: FunctionStart, cache: string): string[] {
  const environment = {
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
    AWS_ENDPOINT_URL_S3: endpoint,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "1769",
    VIRGA_STORE: `s3://${bucket}`,
    VIRGA_CACHE: cache,
  };
  const assignments = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  const invocation: Invocation = { functionUrl, event: toPredictEvent(inputNumbers()) };
  return ["env", "-i", ...assignments, process.execPath, programPath, JSON.stringify(invocation)];
}
