import { fileURLToPath } from "node:url";
import type { AskedService } from "./asked-service.ts";
import type { Contender, ServedModel } from "./contender.ts";
import { BARE_BYTES, OPEN_INFERENCE } from "./dialects.ts";
import { findFreePort, startServerCommand } from "./started-server.ts";

const READY_PATH = "/v2/health/ready";
const VIRGA = "./virga-server.ts";
const NAIVE_ENTRY = "./naive-server.ts";

/** What is this project's: `virga serve`, nothing tuned. */
export const OURS: Contender = node("ours", VIRGA, { batching: "auto" });
/** The same, each request on its own. */
export const OURS_UNBATCHED: Contender = node("ours, unbatched", VIRGA, { batching: "off" });
/** onnxruntime-node's defaults behind node:http. */
export const NAIVE: Contender = node("node:http", NAIVE_ENTRY, { batching: "off" });

/** The naive service with its session tuned by hand. */
export function tunedByHand(tuning: { readonly threads: number; readonly isSpinning: boolean }): Contender {
  const { threads, isSpinning } = tuning;
  const name = `node:http, ${threads} ${threads === 1 ? "thread" : "threads"}${isSpinning ? "" : ", no spinning"}`;
  return node(name, NAIVE_ENTRY, { batching: "off", tuning });
}

function node(name: string, entry: string, asked: Pick<AskedService, "batching" | "tuning">): Contender {
  const program = fileURLToPath(new URL(entry, import.meta.url));
  const flags = ["--conditions=virga:source", "--disable-warning=ExperimentalWarning"];
  return {
    name,
    dialect: entry === VIRGA ? OPEN_INFERENCE : BARE_BYTES,
    path: (model) => `/v2/models/${model}/infer`,
    async start(model: ServedModel, launcher = []) {
      const port = await findFreePort();
      const service: AskedService = { ...model, ...asked, port };
      const words = [...launcher, process.execPath, ...flags, program, JSON.stringify(service)];
      return startServerCommand({ words, port, readyPath: READY_PATH });
    },
  };
}
