import { InferenceError } from "../errors.ts";
import { areIdentical, disagreement, type Tolerances } from "../tensor/agreement.ts";
import type { Tensors } from "../tensor/tensor.ts";
import type { BatchProof } from "./batch-proof.ts";
import { joinInputs } from "./join-inputs.ts";
import { splitOutputs } from "./split-outputs.ts";
import { strangerTo } from "./stranger.ts";

/** How many requests to compare at once: each is run alone as well, and waits for those before it. */
export const MOST_COMPARED = 4;

/** Other kernels for another number of rows move floats by less; a row that meets another's values moves by more. */
const TOLERANCES: Tolerances = {
  float16: { own: 1e-2, largest: 5e-3 },
  float32: { own: 1e-3, largest: 1e-3 },
  float64: { own: 1e-3, largest: 1e-3 },
};

/** One request of a comparison, and what is told its answer. */
export interface ComparedJob {
  readonly inputs: Tensors;
  readonly rows: number;
  readonly answer: (outputs: Tensors) => void;
  readonly fail: (error: unknown) => void;
}

type Run = (inputs: Tensors, rows: number) => Promise<Tensors>;
/** What became of the joined run. */
type Joined =
  | { readonly kind: "answered"; readonly parts: readonly Tensors[] }
  | { readonly kind: "no batch" | "refused"; readonly reason: string }
  | { readonly kind: "lost" };

/**
 * Runs requests with the same key joined, then each alone, answers each with what it gave alone, and tells the proof
 * whether they agree.
 *
 * Never rejects. The requests' own inputs are run last, each once, so that `run` may give them away.
 */
export async function runCompared(proof: BatchProof, jobs: readonly ComparedJob[], run: Run): Promise<void> {
  const [first] = jobs;
  if (first === undefined) return;
  const parts: { inputs: Tensors; rows: number }[] = [...jobs];
  if (proof.takesStrangers) parts.push({ inputs: strangerTo(first.inputs), rows: first.rows });
  // A request beside its like proves nothing: an average over the batch would agree.
  const isTelling = parts.some(({ inputs }) => !areIdentical(first.inputs, inputs));
  const joined = await runJoined(parts, run);
  const problems: string[] = [];
  let failures = 0;
  for (const [index, job] of jobs.entries()) {
    try {
      const alone = await run(job.inputs, job.rows);
      // Before the answer is given: whoever gets it may change it in place.
      const part = joined.kind === "answered" ? joined.parts[index] : undefined;
      const problem = part && disagreement(alone, part, TOLERANCES);
      if (problem !== undefined) problems.push(problem);
      job.answer(alone);
    } catch (error) {
      failures += 1;
      job.fail(error);
    }
  }
  judge(proof, joined, { problem: problems[0], isWhole: failures === 0, isTelling });
}

async function runJoined(parts: readonly { inputs: Tensors; rows: number }[], run: Run): Promise<Joined> {
  const rows = parts.map((part) => part.rows);
  let outputs: Tensors;
  try {
    const inputs = joinInputs(parts.map((part) => part.inputs));
    outputs = await run(
      inputs,
      rows.reduce((sum, count) => sum + count, 0),
    );
  } catch (error) {
    const isModels = InferenceError.is(error) && (error.code === "RUN_FAILED" || error.code === "INPUT_INVALID");
    return isModels ? { kind: "refused", reason: error.message } : { kind: "lost" };
  }
  try {
    return { kind: "answered", parts: splitOutputs(outputs, rows) };
  } catch (error) {
    return { kind: "no batch", reason: InferenceError.is(error) ? error.message : String(error) };
  }
}

interface Findings {
  readonly problem: string | undefined;
  /** Whether every request succeeded alone. */
  readonly isWhole: boolean;
  readonly isTelling: boolean;
}

function judge(proof: BatchProof, joined: Joined, { problem, isWhole, isTelling }: Findings): void {
  if (joined.kind === "no batch") proof.disagreed(joined.reason);
  else if (problem !== undefined) proof.disagreed(problem);
  else if (!isWhole || joined.kind === "lost") proof.undecided();
  else if (joined.kind === "refused") proof.joinedFailed(joined.reason);
  else proof.agreed(isTelling);
}
