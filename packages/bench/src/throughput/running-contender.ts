import type { Contender } from "./contender.ts";
import { checkAnswers } from "./expected-answers.ts";
import type { LoadReport } from "./load.ts";
import type { LoadGenerator } from "./load-generator.ts";
import { treeAnonymousBytes, treeCpuMs, treeFileBytes } from "./process-tree.ts";
import { toRequestBytes } from "./request-bytes.ts";
import type { StartedServer } from "./started-server.ts";
import type { Workload } from "./workloads.ts";

/** What a server did under the load of so many clients, once. */
export interface Sample extends Omit<LoadReport, "answers"> {
  /** The most memory that its processes held. */
  readonly memoryBytes: number;
  /** The same since they were ready for the first time. */
  readonly memoryEverBytes: number;
  /** Of its processes, for each request. */
  readonly cpuMs: number;
}

/** A server that a workload is measured on. */
export interface RunningContender {
  readonly name: string;
  readonly server: StartedServer;
  /** @throws Error for a wrong answer. */
  load(clients: number, seconds: number): Promise<Sample>;
}

export interface Circumstances {
  readonly workload: Workload;
  readonly modelPath: string;
  readonly expected: readonly Float32Array[];
  readonly generator: LoadGenerator;
  /** What its processes are started by, where that is not this process. */
  readonly launcher?: readonly string[];
  /** How long it is under load before anything counts: for compilers, pools and what a server learns by itself. */
  readonly firstLoadSeconds?: number;
  /** That load goes on until it has had so many answers, for a minute at most. */
  readonly firstAnswers?: number;
}

const WARM_UP_MS = 400;
const MEMORY_EVERY_MS = 100;
const FIRST_CLIENTS = 8;
const FIRST_LOAD_SECONDS = 5;
const MOST_FIRST_SECONDS = 60;

/** Starts a server, checks its answers and warms it up. @throws Error when it does not come up or answers wrongly. */
export async function runContender(contender: Contender, circumstances: Circumstances): Promise<RunningContender> {
  const { workload, modelPath, expected, generator, launcher } = circumstances;
  const { form, graph } = workload;
  const server = await contender.start({ name: graph.name, path: modelPath, form }, launcher);
  const path = contender.path(graph.name);
  const requests = workload.requests.map((inputs) => toRequestBytes(path, contender.dialect.toBody[form](inputs)));
  let memoryEverBytes = 0;
  const load: RunningContender["load"] = async (clients, seconds) => {
    const memory = watchMemory(server.pid);
    const cpuBeforeMs = treeCpuMs(server.pid);
    const order = {
      port: server.port,
      requests,
      connections: clients,
      warmUpMs: WARM_UP_MS,
      measureMs: seconds * 1000,
    };
    const { answers, ...report } = await generator.run(order).finally(memory.stop);
    checkAnswers(contender, workload, answers, expected);
    const cpuMs = (treeCpuMs(server.pid) - cpuBeforeMs) / Math.max(1, report.answered);
    const memoryBytes = memory.peakBytes();
    memoryEverBytes = Math.max(memoryEverBytes, memoryBytes);
    return { ...report, cpuMs, memoryBytes, memoryEverBytes };
  };
  try {
    const contending = { name: contender.name, server, load };
    await warmUp(contending, circumstances);
    return contending;
  } catch (error) {
    await server.stop();
    throw error;
  }
}

/** @throws Error for a request that is not answered. */
async function warmUp(
  { name, load }: RunningContender,
  { firstLoadSeconds = FIRST_LOAD_SECONDS, firstAnswers = 0 }: Circumstances,
): Promise<void> {
  let answers = 0;
  let seconds = 0;
  do {
    const { failed, failure, answered } = await load(FIRST_CLIENTS, firstLoadSeconds);
    if (failed > 0) throw new Error(`${name} did not answer ${failed} requests: ${failure}`);
    answers += answered;
    seconds += firstLoadSeconds;
  } while (answers < firstAnswers && seconds < MOST_FIRST_SECONDS);
}

/** The most anonymous memory that there was, and the files mapped at the end: what has been mapped stays. */
function watchMemory(pid: number): { readonly peakBytes: () => number; readonly stop: () => void } {
  let anonymousBytes = 0;
  let fileBytes = 0;
  const look = (): void => {
    anonymousBytes = Math.max(anonymousBytes, treeAnonymousBytes(pid));
  };
  const timer = setInterval(look, MEMORY_EVERY_MS);
  return {
    peakBytes: () => anonymousBytes + fileBytes,
    stop: () => {
      clearInterval(timer);
      look();
      fileBytes = treeFileBytes(pid);
    },
  };
}
