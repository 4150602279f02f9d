import { dirname, join } from "node:path";
import { crc32 } from "node:zlib";
import { type ByteSource, withFile } from "../onnx-file/byte-source.ts";
import { corrupt } from "../onnx-file/message-reader.ts";

/** Where a tensor's bytes come from: the model file itself where there is no location. */
export interface TensorSource {
  readonly location?: string;
  readonly start: number;
  readonly sizeBytes: number;
}

const COMPARED_BYTES = 1024 * 1024;
const HEAD_BYTES = 4096;

/** The bytes of a model's tensors, in whichever of its files they lie. */
export class TensorFiles {
  readonly #modelPath: string;

  constructor(modelPath: string) {
    this.#modelPath = modelPath;
  }

  pathOf({ location }: TensorSource): string {
    return location === undefined ? this.#modelPath : join(dirname(this.#modelPath), location);
  }

  /** `sizeBytes` of the tensor from `from` on. */
  read(source: TensorSource, from = 0, sizeBytes: number = source.sizeBytes): Uint8Array {
    const bytes = new Uint8Array(sizeBytes);
    withFile(this.pathOf(source), (file) => readFully(file, bytes, source.start + from));
    return bytes;
  }

  /** The same for the same tensors, and nearly always another for others. */
  fingerprint(source: TensorSource): string {
    return `${source.sizeBytes}-${crc32(this.read(source, 0, Math.min(HEAD_BYTES, source.sizeBytes)))}`;
  }

  areEqual(one: TensorSource, other: TensorSource): boolean {
    if (one.sizeBytes !== other.sizeBytes) return false;
    for (let done = 0; done < one.sizeBytes; done += COMPARED_BYTES) {
      const sizeBytes = Math.min(COMPARED_BYTES, one.sizeBytes - done);
      if (Buffer.compare(this.read(one, done, sizeBytes), this.read(other, done, sizeBytes)) !== 0) return false;
    }
    return true;
  }
}

/** Fills `into` from `offset` on. @throws InferenceError `WEIGHTS_CORRUPT` when there are not as many bytes. */
export function readFully(source: ByteSource, into: Uint8Array, offset: number): void {
  for (let done = 0; done < into.length; ) {
    const count = source.readInto(into.subarray(done), offset + done);
    if (count === 0) throw dataCutShort();
    done += count;
  }
}

export function dataCutShort(): Error {
  return corrupt("needs more data than its files hold: one of them has been cut short or is another model's");
}
