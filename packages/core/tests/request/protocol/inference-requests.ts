import { INFERENCE_HEADER } from "../../../src/request/protocol/open-inference/inference-header.ts";
import type { Message } from "../../../src/request/protocol/protocol.ts";
import { tensorToBytes } from "../../../src/request/protocol/tensor-bytes.ts";
import { toDatatype } from "../../../src/tensor/element-type.ts";
import type { Signature, Tensor } from "../../../src/tensor/tensor.ts";
import { message, signature } from "./messages.ts";

/** A tensor of a request, and how it is written. */
export interface Written {
  readonly tensor: Tensor;
  readonly binary: boolean;
}

/** A request as a client writes it; `shift` spaces move the binary part, to unaligned positions too. */
export function written(inputs: readonly Written[], rest: object, shift = 0): Message {
  const parts = inputs.filter(({ binary }) => binary).map(({ tensor }) => tensorToBytes(tensor));
  const entries = inputs.map(({ tensor, binary }, index) => {
    const metadata = { name: `x${index}`, shape: tensor.shape, datatype: toDatatype(tensor.type) };
    const size = tensorToBytes(tensor).byteLength;
    return binary ? { ...metadata, parameters: { binary_data_size: size } } : { ...metadata, data: toData(tensor) };
  });
  const json = `${JSON.stringify({ inputs: entries, ...rest })}${" ".repeat(shift)}`;
  const head = new TextEncoder().encode(json);
  const body = new Uint8Array(Buffer.concat([head, ...parts]));
  return message(body, parts.length > 0 ? { [INFERENCE_HEADER]: String(head.byteLength) } : {});
}

/** As `JSON.stringify` of the elements, but without losing digits or what is not finite. */
function toData(tensor: Tensor): unknown {
  return { b64: Buffer.from(tensorToBytes(tensor)).toString("base64") };
}

/** What takes those inputs. */
export function signatureOf(inputs: readonly Written[]): Signature {
  return signature(
    ...inputs.map(({ tensor }, index) => ({ name: `x${index}`, type: tensor.type, shape: tensor.shape })),
  );
}
