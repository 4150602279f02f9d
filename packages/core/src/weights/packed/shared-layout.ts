import { fork } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { InferenceError } from "../../errors.ts";
import type { FileSource } from "../../session/engine.ts";
import type { Tensors } from "../../tensor/tensor.ts";
import { LAYOUT_PROCESS } from "./layout-process-location.ts";
import { lackOfRoom, layoutBytes } from "./layout-room.ts";
import type { LayoutTask, SharedLayout } from "./write-packed.ts";

export type { SharedLayout } from "./write-packed.ts";

/** Those that mean this process alone. */
const NOT_HANDED_DOWN = /^--(inspect|input-type|eval|print|watch|test)/;

/** What a layout is made with. */
export interface SharedLayoutOptions {
  /** Inputs that the model has taken, a few of them: the layout is proven with them. Random ones where absent. */
  readonly examples?: readonly Tensors[];
  /** Ends the process that makes it. */
  readonly signal?: AbortSignal;
}

/**
 * Writes a copy of a model for this machine in which the weights also lie packed, in the order in which its kernels read
 * them: sessions map them from the file instead of packing a copy each. Answers are those of a session that packs for
 * itself, bit for bit.
 *
 * A process of its own makes and tries it, in the background: kernels that get wrong weights end their process, and its
 * memory goes with it. Takes the model's size in memory meanwhile, and about twice its size on disk from then on.
 *
 * @param folder For this layout alone, made where absent; to be removed when no session uses the layout any more, or
 * when there is none.
 * @returns why there is none, where there is none.
 */
export async function writeSharedLayout(
  source: FileSource,
  folder: string,
  options: SharedLayoutOptions = {},
): Promise<SharedLayout | string> {
  try {
    await mkdir(folder, { recursive: true });
    const lack = await lackOfRoom(folder, layoutBytes(source.path));
    return lack ?? (await askProcess({ source, folder, examples: options.examples ?? [] }, options.signal));
  } catch (error) {
    if (InferenceError.is(error)) return error.message;
    return `it could not be written (${error instanceof Error ? error.message : String(error)})`;
  }
}

/** The C library keeps what is freed in blocks of a weight's size, unless it is told that such blocks are large. */
function givesMemoryBack(): NodeJS.ProcessEnv {
  // biome-ignore lint/style/noProcessEnv: handed on as it is, with a setting that can be made in no other way
  return { ...process.env, MALLOC_MMAP_THRESHOLD_: "131072" };
}

function askProcess(task: LayoutTask, signal: AbortSignal | undefined): Promise<SharedLayout | string> {
  return new Promise((resolve) => {
    const child = fork(fileURLToPath(LAYOUT_PROCESS), [], {
      serialization: "advanced",
      execArgv: process.execArgv.filter((option) => !NOT_HANDED_DOWN.test(option)),
      killSignal: "SIGKILL",
      env: givesMemoryBack(),
      ...(signal === undefined ? {} : { signal }),
    });
    // A promise takes the first: the outcome before the end that follows it.
    child.on("message", (outcome) => resolve(outcome as SharedLayout | string));
    child.on("error", (error) => resolve(`the process that makes it failed (${error.message})`));
    child.on("exit", (code, ended) => resolve(`the process that makes it was ended (${ended ?? `code ${code}`})`));
    child.send(task, () => undefined);
  });
}
