import { InferenceError } from "../errors.ts";
import type { Engine } from "../session/engine.ts";
import { tensor } from "../tensor/tensor.ts";
import { contentField, integerField, type Pieces, textField } from "./onnx-file/message-writer.ts";

const LAYOUT_DOMAIN = "com.microsoft.nchwc";
const FLOAT = 1;
/** The smallest number that the runtime blocks. */
const CHANNELS = 4;

let known: Promise<string> | undefined;

/**
 * Name of the layout that this machine computes convolutions in, such as `x64-8`: the processor's architecture and how
 * many channels are kept together, 1 where the runtime has no such layout. A graph written for one layout is wrong on a
 * machine with another, without any error.
 *
 * Asked of the runtime itself, once, in one or two milliseconds.
 */
export function machineLayout(engine: Engine): Promise<string> {
  known ??= askRuntime(engine);
  return known;
}

async function askRuntime(engine: Engine): Promise<string> {
  try {
    const session = await engine.load({ kind: "bytes", bytes: reorderingModel() });
    const outputs = await session.run({ x: tensor("float32", [1, CHANNELS, 1, 1], new Float32Array(CHANNELS)) });
    await session.close();
    return `${process.arch}-${outputs["y"]?.shape[1] ?? 1}`;
  } catch (error) {
    if (InferenceError.is(error)) return `${process.arch}-1`;
    throw error;
  }
}

/** A model that does nothing but bring `x` into the layout, which fills the channels up to a whole block. */
function reorderingModel(): Uint8Array {
  const node = [textField(1, "x"), textField(2, "y"), textField(4, "ReorderInput"), textField(7, LAYOUT_DOMAIN)];
  const graph = [
    ...contentField(1, node),
    textField(2, "layout"),
    ...contentField(11, value("x", [1, CHANNELS, 1, 1])),
    ...contentField(12, value("y")),
  ];
  const operatorSet = (domain: string, version: number): Pieces =>
    contentField(8, [textField(1, domain), integerField(2, version)]);
  const model = [
    integerField(1, 8),
    ...contentField(7, graph),
    ...operatorSet("", 17),
    ...operatorSet(LAYOUT_DOMAIN, 1),
  ];
  return Buffer.concat(model.filter((piece) => piece instanceof Uint8Array));
}

function value(name: string, shape?: readonly number[]): Pieces {
  const dimensions = shape?.flatMap((size) => contentField(1, [integerField(1, size)]));
  const tensorType = [integerField(1, FLOAT), ...(dimensions === undefined ? [] : contentField(2, dimensions))];
  return [textField(1, name), ...contentField(2, contentField(1, tensorType))];
}
