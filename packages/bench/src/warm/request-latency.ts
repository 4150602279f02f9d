import { interleave, milliseconds, type Samples } from "../frame/rounds.ts";
import { type Row, toRow } from "../frame/row.ts";
import { type BareModel, toFeeds } from "./bare-model.ts";
import { toBinaryBody, toJsonBody } from "./bodies.ts";
import type { HttpClient } from "./http-client.ts";
import type { Subject } from "./subjects.ts";

/** All the ways to one model's answer. */
export interface Contestants {
  /** `session.run` with the options of our engine. */
  readonly bare: BareModel;
  readonly ours: HttpClient;
  readonly naive: HttpClient;
}

type Latencies = Samples<"bare" | "binary" | "json" | "naive">;

const BINARY_GOALS: Readonly<Record<string, number>> = { mobilenet: 1.15 };

/** Milliseconds of one request at a time, every way, round by round. */
export async function measureRequests(
  { graph, inputs, repeats }: Subject,
  { bare, ours, naive }: Contestants,
  rounds: number,
): Promise<Latencies> {
  const feeds = toFeeds(inputs);
  const binary = toBinaryBody(inputs);
  const json = toJsonBody(inputs);
  const path = `/v2/models/${graph.name}/infer`;
  return interleave(
    // The naive service's threads spin for a while after a run: the two whose ratio is a goal do not follow it.
    {
      naive: milliseconds(repeats, () => naive.post(`/${graph.name}`, json)),
      json: milliseconds(repeats, () => ours.post(path, json)),
      bare: milliseconds(repeats, () => bare.run(feeds)),
      binary: milliseconds(repeats, () => ours.post(path, binary)),
    },
    { rounds, warmUps: 3 },
  );
}

/** Rows of one model: each wire format against the bare run and the naive service, and what it adds to the run. */
export function toRequestRows(name: string, latencies: Latencies): Row[] {
  const { bare, binary, json, naive } = latencies;
  const compared = { unit: "ms", naive, floor: bare };
  const value = BINARY_GOALS[name];
  const goal = value === undefined ? {} : { goal: { kind: "atMost", value, of: "ratioToFloor" } as const };
  return [
    toRow({ metric: `${name}: binary request`, ...compared, ours: binary, ...goal }),
    toRow({ metric: `${name}: JSON request`, ...compared, ours: json }),
    toRow({ metric: `${name}: added to the run by binary`, unit: "µs", ours: microsecondsAbove(bare, binary) }),
    toRow({ metric: `${name}: added to the run by JSON`, unit: "µs", ours: microsecondsAbove(bare, json) }),
  ];
}

function microsecondsAbove(bare: readonly number[], whole: readonly number[]): number[] {
  return whole.map((milliseconds, round) => 1000 * (milliseconds - (bare[round] ?? Number.NaN)));
}
