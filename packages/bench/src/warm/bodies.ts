import { type Tensor, type Tensors, toDatatype } from "@virga/core";

/** A request's body, encoded before the clock starts: what the client's encoder costs is no part of the service. */
export interface Body {
  readonly bytes: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
}

/** Open Inference with the binary tensor data extension, both ways. */
export function toBinaryBody(inputs: Tensors): Body {
  const parts = Object.values(inputs).map(toBytes);
  const described = Object.entries(inputs).map(([name, tensor], index) => ({
    ...describe(name, tensor),
    parameters: { binary_data_size: parts[index]?.byteLength ?? 0 },
  }));
  const text = JSON.stringify({ inputs: described, parameters: { binary_data_output: true } });
  // Padded, so that tensors of 64-bit elements lie aligned and can be viewed where they are.
  const header = Buffer.from(text.padEnd(Math.ceil(text.length / 8) * 8));
  return {
    bytes: Buffer.concat([header, ...parts]),
    headers: {
      "content-type": "application/octet-stream",
      "inference-header-content-length": String(header.byteLength),
    },
  };
}

/** Open Inference in plain JSON, flat data, every number written as Python or JavaScript write it. */
export function toJsonBody(inputs: Tensors): Body {
  const described = Object.entries(inputs).map(([name, tensor]) => ({
    ...describe(name, tensor),
    data: Array.from(tensor.data, Number),
  }));
  return {
    bytes: Buffer.from(JSON.stringify({ inputs: described })),
    headers: { "content-type": "application/json" },
  };
}

function describe(name: string, { type, shape }: Tensor): { name: string; datatype: string; shape: readonly number[] } {
  return { name, datatype: toDatatype(type), shape };
}

function toBytes(tensor: Tensor): Uint8Array {
  if (tensor.type === "string") throw new TypeError("strings have no bytes of fixed size");
  const { buffer, byteOffset, byteLength } = tensor.data;
  return new Uint8Array(buffer, byteOffset, byteLength);
}
