import type { InferenceSession, OnnxValue } from "onnxruntime-node";
import { InferenceError } from "../errors.ts";
import type { Tensor } from "../tensor/tensor.ts";

export type NativeSession = InferenceSession;
export type NativeMetadata = InferenceSession.ValueMetadata;
export type NativeOptions = InferenceSession.SessionOptions;
/** A tensor as the binding takes and gives it. */
export type NativeValue = OnnxValue;

type OnnxRuntime = typeof import("onnxruntime-node");

let loading: Promise<OnnxRuntime> | undefined;

/** Creates a session of onnxruntime-node, which is loaded at the first call. */
export async function createNativeSession(model: string | Uint8Array, options: NativeOptions): Promise<NativeSession> {
  loading ??= importRuntime();
  const { InferenceSession } = await loading;
  return typeof model === "string" ? InferenceSession.create(model, options) : InferenceSession.create(model, options);
}

/** Version of onnxruntime, such as `1.30.0`. */
export async function runtimeVersion(): Promise<string> {
  loading ??= importRuntime();
  return (await loading).env.versions.common;
}

/** Keeps the runtime from sending telemetry; to be called before a worker thread is started, whose environment is a copy. */
export function switchTelemetryOff(): void {
  // Read by the runtime when its library is loaded.
  process.env["ORT_DISABLE_TELEMETRY"] = "1";
}

async function importRuntime(): Promise<OnnxRuntime> {
  switchTelemetryOff();
  try {
    const runtime = await import("onnxruntime-node");
    // Failed allocations are printed by no session's logger but by the one of the whole runtime.
    runtime.env.logLevel = "fatal";
    return runtime;
  } catch (error) {
    loading = undefined;
    const platform = `${process.platform} ${process.arch}`;
    throw new InferenceError(
      "INTERNAL",
      `The ONNX runtime cannot be loaded on this system (${platform}): it needs Linux with glibc, macOS on arm64 or Windows, and an installed package onnxruntime-node.`,
      { cause: error },
    );
  }
}

/**
 * A tensor for the binding.
 *
 * Not made with the runtime's own class: where there is a `Float16Array` that class turns the bits of a float16 tensor
 * into one, and the binding takes none (onnxruntime 1.30, pull request 32323). The binding reads these four properties.
 */
export function toNativeValue({ type, shape, data }: Tensor): NativeValue {
  return { type, dims: shape, data, location: "cpu" } as unknown as NativeValue;
}

/** A tensor from the binding, which has copied the data out of the session's memory. */
export function fromNativeValue({ type, dims, data }: NativeValue): Tensor {
  const bits = type === "float16" && ArrayBuffer.isView(data) && !(data instanceof Uint16Array);
  const carried = bits ? new Uint16Array(data.buffer, data.byteOffset, data.length) : data;
  return { type, shape: dims, data: carried } as Tensor;
}
