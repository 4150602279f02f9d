import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { preparePython } from "@virga/conformance/python-environment";
import type { Contender, ServedModel } from "./contender.ts";
import { BARE_BYTES, BASE64 } from "./dialects.ts";
import { findFreePort, type StartedServer, startServerCommand } from "./started-server.ts";

const PEERS = fileURLToPath(new URL("./peers/", import.meta.url));

/**
 * FastAPI and onnxruntime under uvicorn: a worker process for each core, as FastAPI's manual has it ("Server Workers"), and
 * the cores' threads divided between them.
 *
 * @throws Error where Python or its packages are missing.
 */
export function prepareFastApi(cache: string): Contender {
  const bin = preparePython(join(PEERS, "fastapi-requirements.txt"), cache);
  const workers = availableParallelism();
  return {
    name: "FastAPI",
    dialect: BARE_BYTES,
    path: () => "/infer",
    async start({ path }: ServedModel, launcher = []) {
      const port = await findFreePort();
      const settings = [`MODEL=${path}`, "THREADS=1", "PYTHONDONTWRITEBYTECODE=1"];
      const server = ["--host", "127.0.0.1", "--port", String(port), "--workers", String(workers)];
      const quiet = ["--no-access-log", "--log-level", "warning"];
      const command = [join(bin, "uvicorn"), "fastapi_server:app", "--app-dir", PEERS, ...server, ...quiet];
      return startServerCommand({ words: [...launcher, "env", ...settings, ...command], port, readyPath: "/health" });
    },
  };
}

/** How MLServer joins requests, which it does only where told: of 0, 2 and 10 ms, what gave most requests a second here. */
const JOINING = { max_batch_size: 32, max_batch_time: 0.01 };

/**
 * MLServer with a runtime for ONNX models: its manual's one inference worker per core ("Parallel Inference"), and on models
 * that gain by it its adaptive batching.
 *
 * @throws Error where Python or its packages are missing.
 */
export function prepareMlServer(cache: string): Contender {
  const bin = preparePython(join(PEERS, "mlserver-requirements.txt"), cache);
  return {
    name: "MLServer",
    dialect: BASE64,
    path: (model) => `/v2/models/${model}/infer`,
    async start(model, launcher = []) {
      const folder = mkdtempSync(join(tmpdir(), "virga-bench-mlserver-"));
      const remove = (): void => rmSync(folder, { recursive: true, force: true });
      try {
        const port = await writeSettings(folder, model);
        const settings = [`PYTHONPATH=${PEERS}`, "PYTHONDONTWRITEBYTECODE=1"];
        const words = [...launcher, "env", ...settings, join(bin, "mlserver"), "start", folder];
        return removedAfter(
          await startServerCommand({ words, port, readyPath: `/v2/models/${model.name}/ready` }),
          remove,
        );
      } catch (error) {
        remove();
        throw error;
      }
    },
  };
}

/** @returns the port that it is to listen on. */
async function writeSettings(folder: string, { name, path, form }: ServedModel): Promise<number> {
  const port = await findFreePort();
  const server = {
    host: "127.0.0.1",
    http_port: port,
    grpc_port: await findFreePort(),
    metrics_port: await findFreePort(),
    parallel_workers: availableParallelism(),
    debug: false,
  };
  const model = {
    name,
    implementation: "mlserver_runtime.OnnxModel",
    parameters: { uri: path, extra: { threads: 1 } },
    ...(form === "json" ? JOINING : {}),
  };
  writeFileSync(join(folder, "settings.json"), JSON.stringify(server));
  writeFileSync(join(folder, "model-settings.json"), JSON.stringify(model));
  return port;
}

function removedAfter(server: StartedServer, remove: () => void): StartedServer {
  return { ...server, stop: () => server.stop().finally(remove) };
}
