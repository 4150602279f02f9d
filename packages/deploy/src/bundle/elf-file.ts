import { type FileHandle, open } from "node:fs/promises";
import { InferenceError } from "@virga/core";

/** Field `e_machine` of the header, by our name of the machine. */
const MACHINES = { x64: 62, arm64: 183 } as const;
const MAGIC = 0x7f454c46;
const HEADER_BYTES = 64;
/** Of the section that lists the versions of symbols that other libraries must have. */
const VERSION_NEEDS = 0x6ffffffe;

/** @throws InferenceError `CONFIG_INVALID` when a file is no machine code, or for another machine. */
export async function checkMachine(path: string, architecture: keyof typeof MACHINES): Promise<void> {
  const header = await withFile(path, (file) => read(file, 0, HEADER_BYTES)).catch(() => Buffer.alloc(HEADER_BYTES));
  if (header.readUInt32BE(0) === MAGIC && header.readUInt16LE(18) === MACHINES[architecture]) return;
  throw new InferenceError("CONFIG_INVALID", `${path} is no library for Linux on ${architecture}: install it again.`);
}

/** The newest version of glibc whose symbols a library asks for, such as `2.28`. */
export function readNeededGlibc(path: string): Promise<string | undefined> {
  return withFile(path, async (file) => {
    const names = await readVersionNames(file);
    return names
      .flatMap((name) => /^GLIBC_(\d+(?:\.\d+)+)$/.exec(name)?.[1] ?? [])
      .sort((one, other) => one.localeCompare(other, "en", { numeric: true }))
      .at(-1);
  });
}

/** Names such as `GLIBC_2.28`, from the section `.gnu.version_r` and its table of strings. */
async function readVersionNames(file: FileHandle): Promise<string[]> {
  const sections = await readSections(file);
  const needs = sections.find(({ type }) => type === VERSION_NEEDS);
  const strings = needs && sections[needs.link];
  if (needs === undefined || strings === undefined) return [];
  const list = await read(file, needs.offset, needs.size);
  const text = await read(file, strings.offset, strings.size);
  const names: string[] = [];
  for (let library = 0, isLast = false; !isLast; library += list.readUInt32LE(library + 12)) {
    let version = library + list.readUInt32LE(library + 8);
    for (let left = list.readUInt16LE(library + 2); left > 0; left -= 1) {
      const start = list.readUInt32LE(version + 8);
      names.push(text.toString("latin1", start, text.indexOf(0, start)));
      version += list.readUInt32LE(version + 12);
    }
    isLast = list.readUInt32LE(library + 12) === 0;
  }
  return names;
}

interface Section {
  readonly type: number;
  readonly offset: number;
  readonly size: number;
  /** Index of the section that this one refers to. */
  readonly link: number;
}

async function readSections(file: FileHandle): Promise<Section[]> {
  const header = await read(file, 0, HEADER_BYTES);
  const [entryBytes, count] = [header.readUInt16LE(58), header.readUInt16LE(60)];
  const table = await read(file, Number(header.readBigUInt64LE(40)), entryBytes * count);
  return Array.from({ length: count }, (_, index) => {
    const entry = table.subarray(index * entryBytes);
    return {
      type: entry.readUInt32LE(4),
      offset: Number(entry.readBigUInt64LE(24)),
      size: Number(entry.readBigUInt64LE(32)),
      link: entry.readUInt32LE(40),
    };
  });
}

async function withFile<Result>(path: string, use: (file: FileHandle) => Promise<Result>): Promise<Result> {
  const file = await open(path);
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}

async function read(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  await file.read(buffer, 0, length, position);
  return buffer;
}
