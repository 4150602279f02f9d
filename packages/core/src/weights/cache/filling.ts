import { constants, copyFile, type FileHandle, open } from "node:fs/promises";
import { InferenceError } from "../../errors.ts";
import { fetchFile } from "../fetch/fetch-file.ts";
import type { FetchOptions } from "../fetch/fetch-options.ts";
import { verifyFile } from "./verify-file.ts";
import type { WeightFile, WeightFolder, WeightSet } from "./weight-folder.ts";
import { makePlace, WorkFolder } from "./work-folder.ts";

/** Each file has several connections; a model with hundreds of files is none that speed is asked of. */
const FILES_AT_ONCE = 4;

interface FillingFile {
  readonly file: WeightFile;
  readonly place: string;
  readonly arrival: PromiseWithResolvers<void>;
  /** Of a file that is fetched: open, and of its full length. */
  readonly handle?: FileHandle;
}

/** Weights that are on their way into a work folder. */
export class Filling implements WeightFolder {
  readonly directory: string;
  readonly #folder: WorkFolder;
  readonly #set: WeightSet;
  readonly #files: readonly FillingFile[];
  readonly #stop = new AbortController();
  readonly #whole: PromiseWithResolvers<void> = Promise.withResolvers();
  /** Until it is through, the folder has to stay. */
  #publication: Promise<void> = Promise.resolve();

  private constructor(folder: WorkFolder, set: WeightSet, files: readonly FillingFile[]) {
    this.directory = folder.directory;
    this.#folder = folder;
    this.#set = set;
    this.#files = files;
    // Whoever waits is told of a failure; that nobody waits is none.
    for (const { promise } of [this.#whole, ...files.map(({ arrival }) => arrival)]) promise.catch(() => undefined);
  }

  /** Makes the folder and, at their full length, the files that are to be fetched. @throws Error of the system. */
  static async prepare(directory: string, set: WeightSet): Promise<Filling> {
    const folder = await WorkFolder.create(directory);
    const prepared = await Promise.allSettled(set.files.map((file) => prepareFile(directory, file)));
    const files = prepared.filter((each) => each.status === "fulfilled").map(({ value }) => value);
    const filling = new Filling(folder, set, files);
    const failed = prepared.find((each) => each.status === "rejected");
    if (failed === undefined) return filling;
    await filling.discard();
    throw failed.reason;
  }

  get verified(): Promise<void> {
    return this.#whole.promise;
  }

  whenVerified(path: string): Promise<void> {
    const found = this.#files.find(({ file }) => file.path === path);
    if (found !== undefined) return found.arrival.promise;
    return Promise.reject(new InferenceError("INTERNAL", `There is no file ${path} among the weights.`));
  }

  /**
   * Begins to bring the bytes; files of another disk are there when this resolves. `publish` is called when all is
   * whole; when it is through, or when the weights failed to come, `end` is.
   *
   * @throws Error of the system.
   */
  async begin(options: FetchOptions, publish: () => Promise<void>, end: () => Promise<void>): Promise<void> {
    for (const { file, place } of this.#files) {
      if (file.location.kind === "file") await copyFile(file.location.path, place, constants.COPYFILE_FICLONE);
    }
    const signals = [this.#stop.signal, ...(options.signal === undefined ? [] : [options.signal])];
    this.#fill({ ...options, signal: AbortSignal.any(signals) }).then(this.#whole.resolve, this.#whole.reject);
    this.#publication = this.verified
      .then(publish)
      // Weights that could not be published serve this process all the same.
      .catch(() => undefined)
      .then(end)
      .catch(() => undefined);
  }

  /** Gives up what was prepared and not begun. */
  async discard(): Promise<void> {
    await this.#closeFiles();
    await this.#folder.remove();
  }

  async release(): Promise<void> {
    this.#stop.abort();
    await this.#publication;
    await this.#folder.remove();
  }

  async #fill(options: FetchOptions): Promise<void> {
    // Small files first: the graph is needed to begin with the session.
    const waiting = this.#files.toSorted((one, other) => one.file.sizeBytes - other.file.sizeBytes);
    const fetchOn = async (): Promise<void> => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        await this.#bring(next, options);
        next.arrival.resolve();
      }
    };
    try {
      await Promise.all(Array.from({ length: Math.min(FILES_AT_ONCE, waiting.length) }, fetchOn));
      await this.#closeFiles();
    } catch (error) {
      this.#stop.abort();
      for (const { arrival } of this.#files) arrival.reject(error);
      await this.discard();
      throw error;
    }
  }

  async #bring({ file, handle, place }: FillingFile, options: FetchOptions): Promise<void> {
    const content = { ...file, chunkBytes: this.#set.chunkBytes };
    if (file.location.kind === "file" || handle === undefined) await verifyFile(place, content);
    else await fetchFile(file.location, content, { fd: handle.fd, path: place }, options);
  }

  async #closeFiles(): Promise<void> {
    await Promise.all(this.#files.map(({ handle }) => handle?.close()));
  }
}

async function prepareFile(directory: string, file: WeightFile): Promise<FillingFile> {
  const place = await makePlace(directory, file.path);
  const arrival = Promise.withResolvers<void>();
  if (file.location.kind === "file") return { file, place, arrival };
  const handle = await open(place, "wx");
  try {
    await handle.truncate(file.sizeBytes);
    return { file, place, arrival, handle };
  } catch (error) {
    await handle.close();
    throw error;
  }
}
