import type { Session } from "../session/engine.ts";
import { createOnnxEngine } from "../session/onnx-engine.ts";
import { toSentFailure, type WorkerAnswer, type WorkerRequest } from "./messages.ts";
import { freeMemory, fromSentTensors, memoryOf, toSentTensors } from "./tensor-message.ts";

/** Sends an answer; what is in `transfer` is handed over where that is possible. */
export type Answer = (answer: WorkerAnswer, transfer: readonly ArrayBuffer[]) => void;

/** What a worker does: sessions by the number that its parent gave them. Answers everything that it is asked. */
export function createWorkerService(answer: Answer): (request: WorkerRequest) => Promise<void> {
  const sessions = new Map<number, Session>();

  async function carryOut(request: WorkerRequest): Promise<WorkerAnswer> {
    if (request.kind === "load") {
      const session = await createOnnxEngine(request).load(request.source);
      sessions.set(request.model, session);
      const { run: _, close: __, ...facts } = session;
      return { kind: "loaded", facts };
    }
    const session = sessions.get(request.model);
    if (session === undefined) throw new Error(`The worker does not hold model ${request.model}.`);
    if (request.kind === "close") {
      sessions.delete(request.model);
      await session.close();
      return { kind: "closed" };
    }
    const { inputs, outputs } = request;
    const startMs = performance.now();
    const results = await session.run(fromSentTensors(inputs), outputs === undefined ? {} : { outputs });
    const durationMs = performance.now() - startMs;
    freeMemory(inputs);
    return { kind: "ran", outputs: toSentTensors(results), durationMs };
  }

  return async (request) => {
    try {
      const done = await carryOut(request);
      answer(done, done.kind === "ran" ? memoryOf(done.outputs) : []);
    } catch (error) {
      answer({ kind: "failed", failure: toSentFailure(error) }, []);
    }
  };
}
