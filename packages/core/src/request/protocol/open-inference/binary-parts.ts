import { inputInvalid } from "../../../errors.ts";
import { INFERENCE_HEADER } from "./inference-header.ts";

/** The binary tensors behind the JSON of a request, taken in the order of the inputs. */
export class BinaryParts {
  readonly #bytes: Uint8Array | undefined;
  #position = 0;

  /** @param bytes what follows the JSON; `undefined` where the request did not say that anything does. */
  constructor(bytes: Uint8Array | undefined) {
    this.#bytes = bytes;
  }

  /** @throws InferenceError `INPUT_INVALID` when there are fewer bytes left; `where` names the input. */
  take(sizeBytes: number, where: string): Uint8Array {
    if (this.#bytes === undefined) {
      throw inputInvalid(`${where} is announced as binary, but the request has no header ${INFERENCE_HEADER}.`);
    }
    const left = this.#bytes.byteLength - this.#position;
    if (sizeBytes > left)
      throw inputInvalid(`${where} takes ${sizeBytes} bytes, but ${left} are left behind the JSON.`);
    const part = this.#bytes.subarray(this.#position, this.#position + sizeBytes);
    this.#position += sizeBytes;
    return part;
  }

  /** @throws InferenceError `INPUT_INVALID` when bytes are left over. */
  finish(): void {
    const left = (this.#bytes?.byteLength ?? 0) - this.#position;
    if (left > 0) throw inputInvalid(`The body has ${left} more bytes than the JSON and its binary tensors take.`);
  }
}
