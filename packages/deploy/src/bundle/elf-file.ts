import { open } from "node:fs/promises";
import { InferenceError } from "@virga/core";

/** Field `e_machine` of the header, by our name of the machine. */
const MACHINES = { x64: 62, arm64: 183 } as const;
const HEADER_BYTES = 64;
const MACHINE_OFFSET = 18;
const MAGIC = 0x7f454c46;

/** @throws InferenceError `CONFIG_INVALID` when a file is no machine code, or for another machine. */
export async function checkMachine(path: string, architecture: keyof typeof MACHINES): Promise<void> {
  const file = await open(path);
  try {
    const header = Buffer.alloc(HEADER_BYTES);
    await file.read(header, 0, HEADER_BYTES, 0);
    if (header.readUInt32BE(0) === MAGIC && header.readUInt16LE(MACHINE_OFFSET) === MACHINES[architecture]) return;
  } finally {
    await file.close();
  }
  throw new InferenceError("CONFIG_INVALID", `${path} is no library for Linux on ${architecture}: install it again.`);
}
