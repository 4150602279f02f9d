import { link, mkdir, rm, utimes } from "node:fs/promises";
import { dirname, join } from "node:path";

/** Far less than the age at which another machine takes a folder for left behind. */
const TOUCH_MS = 60 * 60_000;

/** A second name for a file of another folder. */
export interface NamedFile {
  readonly path: string;
  readonly source: string;
}

/** A folder of this process below `work/`, until it is removed. */
export class WorkFolder {
  readonly directory: string;
  readonly #touching: NodeJS.Timeout;

  private constructor(directory: string) {
    this.directory = directory;
    this.#touching = setInterval(() => {
      utimes(directory, new Date(), new Date()).catch(() => undefined);
    }, TOUCH_MS).unref();
  }

  static async create(directory: string): Promise<WorkFolder> {
    await mkdir(directory);
    return new WorkFolder(directory);
  }

  /** A folder of hard links; nothing is left of it where the links cannot be made. @throws Error of the system. */
  static async ofLinks(directory: string, files: readonly NamedFile[]): Promise<WorkFolder> {
    const folder = await WorkFolder.create(directory);
    try {
      await linkAll(directory, files);
      return folder;
    } catch (error) {
      await folder.remove();
      throw error;
    }
  }

  /** Idempotent; memory that is mapped from the files stays. */
  async remove(): Promise<void> {
    clearInterval(this.#touching);
    await rm(this.directory, { recursive: true, force: true });
  }
}

/** Where a file of that name is to lie, its folder made. */
export async function makePlace(directory: string, path: string): Promise<string> {
  const place = join(directory, path);
  await mkdir(dirname(place), { recursive: true });
  return place;
}

export async function linkAll(directory: string, files: readonly NamedFile[]): Promise<void> {
  for (const { path, source } of files) await link(source, await makePlace(directory, path));
}
