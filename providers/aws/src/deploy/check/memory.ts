import { ownMemoryMb, type ServicePlan } from "@virga/deploy";
import type { AwsFacts } from "../aws-facts.ts";
import { type Check, type Finding, refusal, warning } from "./finding.ts";

/** Source: Lambda quotas. */
const LEAST_MB = 128;
const MOST_MB = 10_240;
const STEP_MB = 64;
/** Node, Lambda's runtime and one request of the largest size with its answer. */
const FUNCTION_MB = 48;
/** Of Node and onnxruntime, as far as they are read before a model is. */
const PROGRAM_FILES_MB = 50;

/** Memory within what Lambda has, and not below what the models were measured to need. */
export const checkMemory: Check = (plan, facts) => {
  const { memoryMb } = plan;
  if (!Number.isInteger(memoryMb) || memoryMb < LEAST_MB || memoryMb > MOST_MB) {
    return [
      refusal(
        "inference.memory",
        `a function has ${LEAST_MB} to ${MOST_MB} MB of memory, and ${memoryMb} are asked for`,
        "Write a whole number between",
      ),
    ];
  }
  return checkNeed(plan, facts);
};

function checkNeed({ memoryMb, models }: ServicePlan, { modelMemory = {} }: AwsFacts): readonly Finding[] {
  const measured = models.map(({ name }) => modelMemory[name]).filter((memory) => memory !== undefined);
  if (measured.length === 0) return [];
  const leastMb = FUNCTION_MB + ownMemoryMb(measured, ({ anonymousBytes = 0 }) => anonymousBytes);
  const fullMb = FUNCTION_MB + PROGRAM_FILES_MB + ownMemoryMb(measured, ({ peakBytes }) => peakBytes);
  const suggestedMb = Math.min(Math.ceil(fullMb / STEP_MB) * STEP_MB, MOST_MB);
  const wayOut = `Write inference.memory: ${suggestedMb}`;
  if (leastMb > MOST_MB) {
    const rule = `the models were measured to need ${leastMb} MB, and a function has at most ${MOST_MB}`;
    return [refusal("inference.models", rule, "Deploy fewer models in one service, or quantise them")];
  }
  if (memoryMb < leastMb) {
    const rule = `the models were measured to need ${leastMb} MB for themselves, and ${memoryMb} are asked for`;
    return [refusal("inference.memory", rule, wayOut)];
  }
  if (memoryMb < Math.min(fullMb, MOST_MB)) {
    const rule = `with their weights the models were measured to fill ${fullMb} MB; with ${memoryMb} they are read from the disk again and again`;
    return [warning("inference.memory", rule, wayOut)];
  }
  return [];
}
