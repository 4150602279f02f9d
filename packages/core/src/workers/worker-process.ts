import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { WorkerAnswer } from "./messages.ts";
import type { StartWorker } from "./worker-channel.ts";
import { WORKER_ENTRY } from "./worker-entry-location.ts";

/** Those that mean this process alone: its debugger's port, the kind of a script that is no file. */
const NOT_HANDED_DOWN = /^--(inspect|input-type|watch|test)/;

/**
 * The C library keeps what is freed in blocks of a weight's size, unless it is told that such blocks are large: a worker that
 * had taken forty new versions of each of its models kept 148 MB, told so 74.
 */
function givesMemoryBack(): NodeJS.ProcessEnv {
  // biome-ignore lint/style/noProcessEnv: handed on as it is, with settings that can be made in no other way
  return { MALLOC_MMAP_THRESHOLD_: String(2 ** 20), MALLOC_TRIM_THRESHOLD_: String(4 * 2 ** 20), ...process.env };
}

/**
 * In MB, for what a worker leaves behind with each message, buffers included: with Node's own, tens of MB of it lie there
 * before anybody looks (110 MB a worker, 62 with little of it under the soak's load).
 */
const LITTLE_YOUNG_MEMORY = "--max-semi-space-size=1";

/** Starts worker processes: tensors are copied, and whatever ends one of them ends no other. */
export function processStarter(entry: URL = WORKER_ENTRY): StartWorker {
  return ({ answered, ended }) => {
    const child = fork(fileURLToPath(entry), [], {
      serialization: "advanced",
      stdio: ["ignore", "inherit", "inherit", "ipc"],
      env: givesMemoryBack(),
      execArgv: [...process.execArgv.filter((option) => !NOT_HANDED_DOWN.test(option)), LITTLE_YOUNG_MEMORY],
    });
    child.on("message", (answer) => answered(answer as WorkerAnswer));
    child.on("error", (cause) => ended({ how: "could not be started", cause }));
    child.on("exit", (code, signal) =>
      ended({ how: signal === null ? `exited with code ${code}` : `was ended by ${signal}` }),
    );
    // Without its channel it can neither be asked nor learn that its parent has gone.
    child.on("disconnect", () => child.kill("SIGKILL"));
    return {
      // A message that cannot be sent any more is followed by the child's end.
      send: (request) => void child.send(request, () => undefined),
      hold(held) {
        for (const handle of [child, child.channel]) held ? handle?.ref() : handle?.unref();
      },
      stop: () => void child.kill("SIGKILL"),
    };
  };
}
