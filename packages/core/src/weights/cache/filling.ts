import { constants, copyFile, type FileHandle, open } from "node:fs/promises";
import { InferenceError } from "../../errors.ts";
import { fetchFile } from "../fetch/fetch-file.ts";
import type { FetchOptions } from "../fetch/fetch-options.ts";
import { toFileFailure } from "../store/file-failure.ts";
import { verifyFile } from "./verify-file.ts";
import type { WeightFile, WeightFolder, WeightSet } from "./weight-folder.ts";
import { makePlace, type WorkFolder } from "./work-folder.ts";

/** Each file has several connections; a model with hundreds of files is none that speed is asked of. */
const FILES_AT_ONCE = 4;

interface FillingFile {
  readonly file: WeightFile;
  readonly handle: FileHandle;
  readonly place: string;
  readonly arrival: PromiseWithResolvers<void>;
}

/** Weights that are on their way into a work folder. */
export class Filling implements WeightFolder {
  readonly directory: string;
  readonly verified: Promise<void>;
  readonly #folder: WorkFolder;
  readonly #set: WeightSet;
  readonly #files: readonly FillingFile[];
  readonly #stop = new AbortController();
  readonly #options: FetchOptions;
  /** Until it is through, the folder has to stay. */
  #publication: Promise<void> = Promise.resolve();

  private constructor(folder: WorkFolder, set: WeightSet, files: readonly FillingFile[], options: FetchOptions) {
    this.directory = folder.directory;
    this.#folder = folder;
    this.#set = set;
    this.#files = files;
    const { signal } = options;
    this.#options = { ...options, signal: signal ? AbortSignal.any([signal, this.#stop.signal]) : this.#stop.signal };
    this.verified = this.#fill();
    // Whoever waits for it is told; that nobody waits is no failure of its own.
    this.verified.catch(() => undefined);
  }

  /** Begins to fill a folder: every file has its full length when this resolves. @throws InferenceError */
  static async start(folder: WorkFolder, set: WeightSet, options: FetchOptions): Promise<Filling> {
    const files: FillingFile[] = [];
    try {
      for (const file of set.files) files.push(await prepare(folder, file));
      return new Filling(folder, set, files, options);
    } catch (error) {
      await Promise.all(files.map(({ handle }) => handle.close()));
      await folder.remove();
      throw toFileFailure(error, folder.directory, "write the weights");
    }
  }

  whenVerified(path: string): Promise<void> {
    const found = this.#files.find(({ file }) => file.path === path);
    if (found === undefined) {
      return Promise.reject(new InferenceError("INTERNAL", `There is no file ${path} among the weights.`));
    }
    return found.arrival.promise;
  }

  /** `publish` is for when it is whole, `end` for afterwards or when it failed; the folder stays until then. */
  thenPublish(publish: () => Promise<void>, end: () => Promise<void>): void {
    // Weights that could not be published serve this process all the same.
    this.#publication = this.verified
      .then(publish)
      .catch(() => undefined)
      .then(end);
    this.#publication.catch(() => undefined);
  }

  async release(): Promise<void> {
    this.#stop.abort();
    await this.#publication.catch(() => undefined);
    await this.#folder.remove();
  }

  async #fill(): Promise<void> {
    // Small files first: the graph is needed to begin with the session.
    const waiting = this.#files.toSorted((one, other) => one.file.sizeBytes - other.file.sizeBytes);
    const fetchOn = async (): Promise<void> => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        await this.#bring(next);
        next.arrival.resolve();
      }
    };
    try {
      await Promise.all(Array.from({ length: Math.min(FILES_AT_ONCE, waiting.length) }, fetchOn));
    } catch (error) {
      this.#stop.abort();
      for (const { arrival } of this.#files) arrival.reject(error);
      await this.#folder.remove();
      throw error;
    } finally {
      await Promise.all(this.#files.map(({ handle }) => handle.close()));
    }
  }

  async #bring({ file, handle, place }: FillingFile): Promise<void> {
    const content = { ...file, chunkBytes: this.#set.chunkBytes };
    if (file.location.kind === "file") return verifyFile(place, content);
    return fetchFile(file.location, content, { fd: handle.fd, path: place }, this.#options);
  }
}

async function prepare(folder: WorkFolder, file: WeightFile): Promise<FillingFile> {
  const place = await makePlace(folder.directory, file.path);
  if (file.location.kind === "file") await copyFile(file.location.path, place, constants.COPYFILE_FICLONE);
  const handle = await open(place, file.location.kind === "file" ? "r" : "wx");
  const arrival = Promise.withResolvers<void>();
  arrival.promise.catch(() => undefined);
  if (file.location.kind === "http") await handle.truncate(file.sizeBytes);
  return { file, handle, place, arrival };
}
