// A process of its own that loads one model as a deployed function does and runs it, so that its memory can be told.
import { createOnnxEngine, InferenceError, type ModelSource, type Session, type Tensors } from "@virga/core";
import { type FreeSizes, readModelFile, runtimeVersion, trialInputs } from "@virga/core/weights";
import type { MeasuredMemory } from "./measured-memory.ts";
import { ownMemory } from "./process-memory.ts";

/** The smallest request that a model can be sent. */
const SINGLE: readonly FreeSizes[] = [{ first: 1, others: 1 }];

const [, , source = "{}"] = process.argv;
await measure(JSON.parse(source));

async function measure(model: ModelSource & { kind: "file" }): Promise<void> {
  const engine = createOnnxEngine({ threads: 1 });
  // Loads the runtime.
  await runtimeVersion();
  const base = ownMemory();
  const session = await engine.load(model);
  const hasRun = await runOnce(session, model.path);
  const measured: MeasuredMemory = { base, total: ownMemory(), hasRun };
  process.send?.(measured);
}

async function runOnce(session: Session, path: string): Promise<boolean> {
  const { inputs } = session.signature;
  const declared = path.endsWith(".ort") ? [] : readModelFile(path).graph.inputs;
  for (const trials of [trialInputs(inputs, declared, SINGLE), trialInputs(inputs, declared)]) {
    for (const trial of trials) if (await takes(session, trial)) return true;
  }
  return false;
}

async function takes(session: Session, trial: Tensors): Promise<boolean> {
  try {
    await session.run(trial);
    return true;
  } catch (error) {
    if (InferenceError.is(error)) return false;
    throw error;
  }
}
