import { InferenceError } from "../../errors.ts";
import type { Session } from "../../session/engine.ts";
import { areIdentical, disagreement, numbersOf } from "../../tensor/agreement.ts";
import type { Tensors } from "../../tensor/tensor.ts";
import type { DeclaredValue } from "../onnx-file/model-file.ts";
import { trialInputs } from "./trial-inputs.ts";

/** One question and the original model's answer to it. */
export interface Trial {
  readonly inputs: Tensors;
  readonly outputs: Tensors;
}

/** Questions that were asked of the original, or why none could be. */
export type Trials = { readonly trials: readonly Trial[] } | { readonly obstacle: string };

/** Random ones; examples are all taken, because each may have been given for a branch of its own. */
const WANTED_TRIALS = 2;

/** Finds inputs that the original model takes, and its answers. */
export async function collectTrials(
  original: Session,
  declared: readonly DeclaredValue[],
  examples: readonly Tensors[],
): Promise<Trials> {
  const trials: Trial[] = [];
  const questions = examples.length > 0 ? examples : trialInputs(original.signature.inputs, declared);
  const wanted = examples.length > 0 ? examples.length : WANTED_TRIALS;
  let refusal = "";
  for (const inputs of questions) {
    const outputs = await answerTo(original, inputs);
    if (typeof outputs === "string") refusal ||= outputs;
    else if (isTelling(outputs)) trials.push({ inputs, outputs });
    if (trials.length === wanted) break;
  }
  const [first] = trials;
  if (first === undefined) return { obstacle: noInput(refusal) };
  const again = await answerTo(original, first.inputs);
  if (typeof again === "string" || !areIdentical(first.outputs, again)) {
    return {
      obstacle: "it gives different answers to the same input, so that no answer can prove a prepared one right",
    };
  }
  return { trials };
}

function noInput(refusal: string): string {
  const reason =
    refusal === "" ? "every answer to them was empty or not a number" : `the first was refused: ${refusal}`;
  return `no random input was found that it takes (${reason}); give an example of its inputs`;
}

/** The answers to all trials where they agree with the original's, else what is wrong. */
export async function answerTrials(session: Session, trials: readonly Trial[]): Promise<readonly Tensors[] | string> {
  const answers: Tensors[] = [];
  for (const { inputs, outputs } of trials) {
    const answer = await answerTo(session, inputs);
    if (typeof answer === "string") return answer;
    const problem = disagreement(outputs, answer);
    if (problem !== undefined) return problem;
    answers.push(answer);
  }
  return answers;
}

async function answerTo(session: Session, inputs: Tensors): Promise<Tensors | string> {
  try {
    return await session.run(inputs);
  } catch (error) {
    if (InferenceError.is(error)) return error.message;
    throw error;
  }
}

/** An answer of nothing, or of nothing but NaN, would agree with many a mistake. */
function isTelling(outputs: Tensors): boolean {
  return Object.values(outputs).some((output) => {
    if (output.data.length === 0) return false;
    const numbers = numbersOf(output);
    return numbers.length === 0 || Array.prototype.some.call(numbers, Number.isFinite);
  });
}
