import { UsageError } from "../frame/bench.ts";
import type { Contender } from "./contender.ts";
import { NAIVE } from "./node-contenders.ts";
import { prepareFastApi, prepareMlServer } from "./python-contenders.ts";

/** Every peer by the name that `--peers` takes. */
const PEERS: Readonly<Record<string, (cache: string) => Contender>> = {
  node: () => NAIVE,
  fastapi: prepareFastApi,
  mlserver: prepareMlServer,
};

export const ALL_PEERS: string = Object.keys(PEERS).join(",");

export interface PreparedPeers {
  readonly peers: readonly Contender[];
  /** A sentence for each that was left out, with the reason. */
  readonly leftOut: readonly string[];
}

/** The peers named, less those that this machine cannot install. @throws UsageError for a name that is none. */
export function preparePeers(names: string, cache: string): PreparedPeers {
  const peers: Contender[] = [];
  const leftOut: string[] = [];
  for (const name of names.split(",").filter(Boolean)) {
    const prepare = PEERS[name];
    if (prepare === undefined) throw new UsageError(`--peers takes names out of ${ALL_PEERS}, not "${name}"`);
    try {
      peers.push(prepare(cache));
    } catch (error) {
      leftOut.push(`left out: ${name} (${firstLine(error)})`);
    }
  }
  return { peers, leftOut };
}

/** What went wrong, without what a program printed besides. */
export function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n")[0] ?? "";
}
