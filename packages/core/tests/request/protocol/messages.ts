import { expect } from "@jest/globals";
import { InferenceError } from "../../../src/errors.ts";
import { toResponse } from "../../../src/request/answer.ts";
import type { DecodeCall, Message } from "../../../src/request/protocol/protocol.ts";
import type { Signature, Tensor, TensorSpec, Tensors } from "../../../src/tensor/tensor.ts";

export const MODEL = { name: "m", version: "3" };

/** A request with that body. */
export function message(body: unknown, headers: Record<string, string> = {}): Message {
  const bytes =
    body instanceof Uint8Array
      ? body
      : new TextEncoder().encode(typeof body === "string" ? body : JSON.stringify(body));
  return { body: bytes, headers: new Headers(headers) };
}

/** A signature whose outputs are called as its inputs, with `_out` behind. */
export function signature(...inputs: TensorSpec[]): Signature {
  return { inputs, outputs: inputs.map((input) => ({ ...input, name: `${input.name}_out` })) };
}

/** The message of the refusal, or a failed test. */
export function refusal(decode: () => unknown, code = "INPUT_INVALID"): string {
  try {
    decode();
  } catch (error) {
    if (!(error instanceof InferenceError)) throw error;
    expect(error.code).toBe(code);
    return error.message;
  }
  throw new Error("was accepted");
}

/** Decodes and answers the inputs as outputs. */
export function echo(decode: DecodeCall, request: Message, spec: Signature): Response {
  const { inputs, respond } = decode(request, spec);
  const outputs = Object.entries(inputs).map(([name, tensor]): [string, Tensor] => [`${name}_out`, tensor]);
  return toResponse(respond(Object.fromEntries(outputs) as Tensors, MODEL));
}
