import { ownMemoryMb, type ServicePlan } from "@virga/deploy";
import type { GoogleFacts } from "../google-facts.ts";
import { workersOf } from "../instance-size.ts";
import { advice, type Check, type Finding, rule } from "./finding.ts";

const MB = 2 ** 20;
const LEAST_MB = 128;
const MOST_MB = 32_768;
const SURE_MB = 16_384;
/** Node, onnxruntime and the functions framework: what `pnpm bench function` finds beside the weights, and a little more. */
const PROGRAM_MB = 48;
/** A worker thread and what runs leave in its heap: measured with one model in none, one and two of them. */
const WORKER_MB = 16;
/** One request of the largest size with its answer. */
const REQUEST_MB = 80;

/**
 * Memory within what Google has, and not below what the models were measured to need. The disk is memory as well, so that
 * the weights' files are counted; what of them is mapped takes nothing more.
 */
export const checkMemory: Check = (plan, facts) => {
  const { memoryMb } = plan;
  const key = "inference.memory";
  if (memoryMb < LEAST_MB || memoryMb > MOST_MB) {
    const text = `a function has ${LEAST_MB} to ${MOST_MB} MB of memory, and ${memoryMb} are asked for`;
    return rule(true, { key, rule: text, wayOut: "Write a whole number between" });
  }
  return [
    ...checkNeed(plan, facts),
    ...advice(memoryMb > SURE_MB, {
      key,
      rule: `not every region gives a function more than ${SURE_MB} MB`,
      wayOut: "Write less if the deployment is refused",
    }),
  ];
};

function checkNeed(plan: ServicePlan, facts: GoogleFacts): readonly Finding[] {
  const { memoryMb } = plan;
  const { weightsMb, besideMb, programMb, workers, leastMb, fullMb } = needOf(plan, facts);
  const wayOut = `Write inference.memory: ${Math.min(enoughMb(plan, facts), MOST_MB)}`;
  const inWorkers = workers > 1 ? ` in each of ${workers} workers` : "";
  const need = `the disk of a function is memory: the weights take ${weightsMb} MB of it, the models were measured to need ${besideMb} MB beside them${inWorkers} and the program ${programMb}`;
  if (leastMb > MOST_MB) {
    const fewer = "Deploy fewer models in one service, or quantise them";
    return rule(true, {
      key: "inference.models",
      rule: `${need}, and a function has at most ${MOST_MB}`,
      wayOut: fewer,
    });
  }
  const key = "inference.memory";
  if (memoryMb < leastMb) return rule(true, { key, rule: `${need}, and ${memoryMb} are asked for`, wayOut });
  return advice(memoryMb < Math.min(fullMb, MOST_MB), {
    key,
    rule: `while a new version is taken up both are in memory, which takes ${fullMb} MB with a request of the largest size, and ${memoryMb} are asked for`,
    wayOut,
  });
}

/** What an instance needs, in MB. */
interface Need {
  readonly weightsMb: number;
  /** Of one session of each model. */
  readonly besideMb: number;
  readonly programMb: number;
  readonly workers: number;
  readonly leastMb: number;
  /** With two versions of each model and a request. */
  readonly fullMb: number;
}

function needOf(plan: ServicePlan, { modelSizeBytes, modelMemory = {} }: GoogleFacts): Need {
  const weightsMb = Math.ceil(Object.values(modelSizeBytes).reduce((sum, bytes) => sum + bytes, 0) / MB);
  const measured = plan.models.map(({ name }) => modelMemory[name]).filter((memory) => memory !== undefined);
  const besideMb = ownMemoryMb(measured, ({ anonymousBytes = 0 }) => anonymousBytes);
  const workers = workersOf(plan);
  const programMb = PROGRAM_MB + WORKER_MB * workers;
  // All workers map the same files; what a session has beside them each has for itself.
  const modelsMb = weightsMb + besideMb * Math.max(1, workers);
  const leastMb = programMb + modelsMb;
  return { weightsMb, besideMb, programMb, workers, leastMb, fullMb: programMb + REQUEST_MB + 2 * modelsMb };
}

/** Memory that is enough with the processors, and so the workers, that come with it. */
function enoughMb(plan: ServicePlan, facts: GoogleFacts): number {
  let enough = plan.memoryMb;
  for (let needed = needOf(plan, facts).fullMb; needed > enough && enough < MOST_MB; ) {
    enough = needed;
    needed = needOf({ ...plan, memoryMb: enough }, facts).fullMb;
  }
  return enough;
}
