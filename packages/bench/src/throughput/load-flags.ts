import type { FlagValues } from "../frame/bench.ts";
import { DEFAULT_CACHE } from "../models/model-file.ts";
import { findWorkloads, type LoadSettings, readClients } from "./measure-load.ts";
import { ALL_PEERS, preparePeers } from "./prepare-contenders.ts";

/** What can be set about a load, for throughput as for latency. */
export const LOAD_FLAGS = {
  rounds: { default: 3, description: "measured rounds of each load" },
  seconds: { default: 2, description: "seconds of one measurement; longer where clients wait longer than that" },
  models: { default: "tiny,mlp,mobilenet,transformer", description: "models to measure" },
  concurrency: { default: "1,8,32,128", description: "numbers of clients" },
  peers: { default: ALL_PEERS, description: "what ours is compared with" },
  cache: { default: DEFAULT_CACHE, description: "directory of the generated models and of the peers" },
};

/** @throws UsageError for a flag's value that makes no sense. */
export function toLoadSettings(
  flags: FlagValues<typeof LOAD_FLAGS>,
): LoadSettings & { readonly notInstalled: readonly string[] } {
  const { rounds, seconds, cache } = flags;
  const models = findWorkloads(flags.models);
  const clients = readClients(flags.concurrency);
  const { peers, leftOut } = preparePeers(flags.peers, cache);
  return { rounds, seconds, cache, models, clients, peers, notInstalled: leftOut };
}

/** What the reader of a table must know. */
export const LOAD_NOTES: readonly string[] = [
  "every contender has answered 3,500 requests, or for a minute, before it is measured: JavaScript is compiled as it is used",
  "naive: the best peer of each row; clients send their next request when they have the answer to the last one",
  "node:http: onnxruntime-node's defaults, JSON.parse; FastAPI: uvicorn, a worker per core (its manual's Server Workers), a " +
    "thread each, orjson; MLServer: an inference worker per core (its manual's Parallel Inference), a thread each, adaptive " +
    "batching of up to 32 within 10 ms on the MLPs",
  "MLPs in JSON both ways, token ids in JSON and embeddings in bytes, images and scores in bytes (MLServer: base64 in JSON)",
  "memory: anonymous memory of all processes of a server at its peak, and what they have mapped of files, each part once; " +
    "answers, as far as they are looked at, are the bare run's to 1e-3 of the largest number",
];
