import type { ParameterValue } from "../../session/runnable.ts";
import type { Signature, Tensors } from "../../tensor/tensor.ts";
import type { HeaderReader } from "../../tracing/header-reader.ts";
import type { Answer } from "../answer.ts";

/** A request's body, whole and uncompressed, with the headers that say how to read it. */
export interface Message {
  readonly body: Uint8Array;
  readonly headers: HeaderReader;
}

/** What an answer says about who gave it. */
export interface ModelIdentity {
  readonly name: string;
  readonly version: string;
}

/** A request turned into tensors, and the way back, which depends on how the request was written. */
export interface Call {
  readonly inputs: Tensors;
  /** Outputs asked for; all where absent. */
  readonly outputs?: readonly string[];
  /** Free-form parameters of the request, handed to the predictor. */
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  /** Writes the answer; `outputs` holds at least those asked for. */
  readonly respond: (outputs: Tensors, model: ModelIdentity) => Answer;
}

/**
 * Reads one wire format; pure, it never touches a model.
 *
 * @throws InferenceError `INPUT_INVALID` or `MEDIA_TYPE_UNSUPPORTED`, never anything else.
 */
export type DecodeCall = (message: Message, signature: Signature) => Call;
