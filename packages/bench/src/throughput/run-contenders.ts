import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Progress } from "../frame/bench.ts";
import { modelFile } from "../models/model-file.ts";
import type { Contender } from "./contender.ts";
import { expectedAnswers } from "./expected-answers.ts";
import { type Circumstances, type RunningContender, runContender, type Sample } from "./running-contender.ts";

/** Who is measured on a model, and with what. */
export interface Contest extends Omit<Circumstances, "modelPath" | "expected"> {
  readonly contenders: readonly Contender[];
  readonly cache: string;
  readonly progress: Progress;
  /** Told of a contender that does not come up or answers wrongly; it throws where there is no going on without. */
  onFailure(contender: Contender, error: unknown): void;
}

/** Runs all contenders at once while `work` goes on, each warmed up and its answers checked. */
export async function withContenders<Result>(
  { contenders, cache, progress, onFailure, ...shared }: Contest,
  work: (running: readonly RunningContender[]) => Promise<Result>,
): Promise<Result> {
  const { workload } = shared;
  const { name } = workload.graph;
  const original = modelFile(workload.graph, cache);
  const expected = await expectedAnswers(workload, original);
  const folder = mkdtempSync(join(tmpdir(), "virga-bench-load-"));
  const running: RunningContender[] = [];
  try {
    for (const [index, contender] of contenders.entries()) {
      progress(`${name}: starting ${contender.name}`);
      // A file of its own each: nobody's memory is somebody else's mapped file.
      const modelPath = join(folder, `${index}-${name}.onnx`);
      copyFileSync(original, modelPath);
      try {
        running.push(await runContender(contender, { ...shared, modelPath, expected }));
      } catch (error) {
        onFailure(contender, error);
      }
    }
    return await work(running);
  } finally {
    await Promise.all(running.map(({ server }) => server.stop()));
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A load as it is put on each contender in turn. */
export interface Load {
  readonly clients: number;
  readonly rounds: number;
  readonly seconds: number;
}

/** Puts the load on each in turn, round by round, so that the machine's slow phases strike all of them alike. */
export async function loadInTurn(
  running: readonly RunningContender[],
  { clients, rounds, seconds }: Load,
): Promise<ReadonlyMap<string, readonly Sample[]>> {
  const samples = new Map<string, Sample[]>(running.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const contender of running) samples.get(contender.name)?.push(await contender.load(clients, seconds));
  }
  return samples;
}
