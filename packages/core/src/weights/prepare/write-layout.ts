import { closeSync, openSync, writeSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { type ByteSource, withFile } from "../onnx-file/byte-source.ts";
import { MessageReader } from "../onnx-file/message-reader.ts";
import { type Layout, type LayoutOptions, layOutModel, type PlacedTensor } from "./lay-out-model.ts";
import { dataCutShort, readFully, TensorFiles } from "./tensor-files.ts";

/** A model as one graph and at most one data file, both in one folder. */
export interface LaidOutModel {
  readonly folder: string;
  readonly graph: string;
  /** Absent where no weight is large enough. */
  readonly data?: string;
  readonly dataSizeBytes: number;
}

/** Where a model is written to. */
export interface LayoutTarget {
  readonly folder: string;
  readonly graph: string;
  readonly data: string;
}

const COPY_BYTES = 4 * 1024 * 1024;

/**
 * Writes a model anew with its weights in one data file, large ones at page boundaries; memory does not grow with them.
 *
 * @throws InferenceError `WEIGHTS_CORRUPT` or `MODEL_UNSUPPORTED` when the model's files are not as they should be.
 */
export async function writeLayout(
  modelPath: string,
  { folder, graph, data }: LayoutTarget,
  options?: LayoutOptions,
): Promise<LaidOutModel> {
  const files = new TensorFiles(modelPath);
  const layout = withFile(modelPath, (source) => {
    const planned = layOutModel(new MessageReader(source), data, files, options);
    writeGraph(planned, source, join(folder, graph));
    return planned;
  });
  const { dataSizeBytes, tensors } = layout;
  if (tensors.length === 0) return { folder, graph, dataSizeBytes };
  await writeData(layout, files, join(folder, data));
  return { folder, graph, data, dataSizeBytes };
}

function writeGraph({ graph }: Layout, source: ByteSource, path: string): void {
  const target = openSync(path, "wx");
  const buffer = Buffer.allocUnsafeSlow(COPY_BYTES);
  let filled = 0;
  const flush = (): void => {
    for (let written = 0; written < filled; ) written += writeSync(target, buffer, written, filled - written);
    filled = 0;
  };
  try {
    for (const piece of graph) {
      const sizeBytes = piece instanceof Uint8Array ? piece.length : piece.end - piece.start;
      for (let done = 0; done < sizeBytes; ) {
        if (filled === buffer.length) flush();
        const room = buffer.subarray(filled, Math.min(buffer.length, filled + sizeBytes - done));
        if (piece instanceof Uint8Array) room.set(piece.subarray(done, done + room.length));
        else readFully(source, room, piece.start + done);
        filled += room.length;
        done += room.length;
      }
    }
    flush();
  } finally {
    closeSync(target);
  }
}

async function writeData({ tensors, dataSizeBytes }: Layout, files: TensorFiles, path: string): Promise<void> {
  const target = await open(path, "wx");
  const sources = new Map<string, FileHandle>();
  try {
    // What lies between two tensors stays a hole, which reads as zeros.
    await target.truncate(dataSizeBytes);
    for (const tensor of tensors) {
      const sourcePath = files.pathOf(tensor.source);
      const source = sources.get(sourcePath) ?? (await open(sourcePath));
      sources.set(sourcePath, source);
      await copyTensor(tensor, source, target);
    }
  } finally {
    for (const file of [target, ...sources.values()]) await file.close();
  }
}

async function copyTensor({ source, offset }: PlacedTensor, from: FileHandle, to: FileHandle): Promise<void> {
  const buffer = Buffer.allocUnsafeSlow(Math.min(COPY_BYTES, source.sizeBytes));
  for (let done = 0; done < source.sizeBytes; ) {
    const wanted = Math.min(buffer.length, source.sizeBytes - done);
    const { bytesRead } = await from.read(buffer, 0, wanted, source.start + done);
    if (bytesRead === 0) throw dataCutShort();
    for (let written = 0; written < bytesRead; ) {
      const { bytesWritten } = await to.write(buffer, written, bytesRead - written, offset + done + written);
      written += bytesWritten;
    }
    done += bytesRead;
  }
}
