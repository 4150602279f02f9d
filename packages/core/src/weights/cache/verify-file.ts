import { type FileHandle, open } from "node:fs/promises";
import { InferenceError } from "../../errors.ts";
import { advance, type FileContent } from "../fetch/chunk-checksums.ts";
import type { Part } from "../fetch/part-queue.ts";

const READ_BYTES = 1024 * 1024;
/** As many as there are threads that read. */
const READERS = 4;

/**
 * Makes sure that a file is what its manifest says; it lies in memory afterwards, for the first run.
 *
 * @throws InferenceError `WEIGHTS_CORRUPT`.
 */
export async function verifyFile(path: string, content: FileContent): Promise<void> {
  const file = await open(path, "r");
  try {
    const { size } = await file.stat();
    if (size !== content.sizeBytes) throw corrupt(path, `it has ${size} bytes instead of ${content.sizeBytes}`);
    const chunks = Math.ceil(content.sizeBytes / content.chunkBytes);
    let nextChunk = 0;
    const readOn = async (): Promise<void> => {
      const buffer = Buffer.allocUnsafeSlow(Math.min(READ_BYTES, content.chunkBytes));
      while (nextChunk < chunks) await verifyChunk(file, path, nextChunk++, content, buffer);
    };
    await Promise.all(Array.from({ length: Math.min(READERS, chunks) }, readOn));
  } finally {
    await file.close();
  }
}

async function verifyChunk(
  file: FileHandle,
  path: string,
  index: number,
  content: FileContent,
  buffer: Buffer,
): Promise<void> {
  const start = index * content.chunkBytes;
  const end = Math.min(start + content.chunkBytes, content.sizeBytes);
  const part: Part = { next: start, end, crc32: 0, failures: 0, handovers: 0, readyAtMs: 0 };
  while (part.next < end) {
    const { bytesRead } = await file.read(buffer, 0, Math.min(buffer.length, end - part.next), part.next);
    if (bytesRead === 0) throw corrupt(path, "it ends too early");
    const wrong = advance(part, buffer.subarray(0, bytesRead), content);
    if (wrong !== undefined) throw corrupt(path, `bytes ${wrong.first}-${wrong.last} have another checksum`);
  }
}

function corrupt(path: string, what: string): InferenceError {
  return new InferenceError("WEIGHTS_CORRUPT", `${path} is not as it was published: ${what}.`);
}
