import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { AskedService } from "./asked-service.ts";
import type { Contender, ServedModel } from "./contender.ts";
import { BARE_BYTES, OPEN_INFERENCE } from "./dialects.ts";
import { findFreePort, type StartedServer, startServerCommand } from "./started-server.ts";

const READY_PATH = "/v2/health/ready";
const BUILD = fileURLToPath(new URL("../../../../scripts/build.mjs", import.meta.url));
const VIRGA = fileURLToPath(new URL("../../../cli/dist/main.js", import.meta.url));
const NAIVE_ENTRY = fileURLToPath(new URL("./naive-server.ts", import.meta.url));

/** What is this project's: `virga serve` as it is published, nothing tuned. */
export const OURS: Contender = virga("ours", []);
/** The same, each request on its own. */
export const OURS_UNBATCHED: Contender = virga("ours, unbatched", ["--no-batching"]);
/** Ours with a number of workers. */
export function withWorkers(count: number): Contender {
  return virga(`ours, ${count} ${count === 1 ? "worker" : "workers"}`, ["--workers", String(count)]);
}

/** onnxruntime-node's defaults behind node:http. */
export const NAIVE: Contender = naive("node:http");

/** The naive service with its session tuned by hand. */
export function tunedByHand(tuning: { readonly threads: number; readonly isSpinning: boolean }): Contender {
  const { threads, isSpinning } = tuning;
  return naive(`node:http, ${threads} ${threads === 1 ? "thread" : "threads"}${isSpinning ? "" : ", no spinning"}`, {
    tuning,
  });
}

function virga(name: string, flags: readonly string[]): Contender {
  return {
    name,
    dialect: OPEN_INFERENCE,
    path: inferPath,
    start(model, launcher = []) {
      build();
      const serve = [VIRGA, "serve", `${model.name}=${model.path}`, "--no-watch", ...flags];
      return startNode(launcher, (port) => [...serve, "--port", String(port)]);
    },
  };
}

function naive(name: string, asked: Pick<AskedService, "tuning"> = {}): Contender {
  return {
    name,
    dialect: BARE_BYTES,
    path: inferPath,
    start(model: ServedModel, launcher = []) {
      const service = (port: number): AskedService => ({ ...model, ...asked, port });
      return startNode(launcher, (port) => [NAIVE_ENTRY, JSON.stringify(service(port))]);
    },
  };
}

function inferPath(model: string): string {
  return `/v2/models/${model}/infer`;
}

async function startNode(
  launcher: readonly string[],
  toArguments: (port: number) => readonly string[],
): Promise<StartedServer> {
  const port = await findFreePort();
  const words = [...launcher, process.execPath, "--disable-warning=ExperimentalWarning", ...toArguments(port)];
  return startServerCommand({ words, port, readyPath: READY_PATH });
}

let isBuilt = false;

/** What is measured is what the sources say when the bench begins. */
function build(): void {
  if (isBuilt) return;
  const { status } = spawnSync(process.execPath, [BUILD, "--quiet"], { stdio: "inherit" });
  if (status !== 0) throw new Error("the build failed");
  isBuilt = true;
}
