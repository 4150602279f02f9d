import { describe, expect, it } from "@jest/globals";
import {
  createOnnxEngine,
  type Engine,
  type RunOptions,
  type Session,
  type Tensor,
  type Tensors,
  tensor,
} from "@virga/core";
import { ENGINE_CASES } from "../src/engine-cases.ts";

type Run = (session: Session, inputs: Tensors, options?: RunOptions) => Promise<Tensors>;

/** An engine whose sessions have something wrong. */
function withSession(spoil: (session: Session) => Partial<Session>): Engine {
  const { platform, load } = createOnnxEngine();
  return {
    platform,
    load: async (source) => {
      const session = await load(source);
      return { ...session, ...spoil(session) };
    },
  };
}

function withRun(run: Run): Engine {
  return withSession((session) => ({ run: (inputs, options) => run(session, inputs, options) }));
}

function mapTensors(tensors: Tensors, change: (each: Tensor) => Tensor): Tensors {
  return Object.fromEntries(Object.entries(tensors).map(([name, each]) => [name, change(each)]));
}

function withOutputs(change: (output: Tensor) => Tensor): Engine {
  return withRun(async (session, inputs, options) => mapTensors(await session.run(inputs, options), change));
}

function withInputs(change: (input: Tensor) => Tensor): Engine {
  return withRun((session, inputs, options) => session.run(mapTensors(inputs, change), options));
}

function firstOutputs(): Engine {
  const buffers = new Map<string, Tensor>();
  return withRun(async (session, inputs, options) => {
    const outputs = await session.run(inputs, options);
    return mapTensors(outputs, (output) => {
      const key = `${output.type}[${output.shape}]`;
      const buffer = buffers.get(key);
      if (buffer === undefined || !ArrayBuffer.isView(buffer.data) || !ArrayBuffer.isView(output.data)) {
        buffers.set(key, output);
        return output;
      }
      new Uint8Array(buffer.data.buffer).set(new Uint8Array(output.data.buffer));
      return buffer;
    });
  });
}

function loadingOtherwise(change: (load: Engine["load"]) => Engine["load"]): Engine {
  const { platform, load } = createOnnxEngine();
  return { platform, load: change(load) };
}

const BUGS: readonly [string, () => Engine][] = [
  [
    "int64 by way of numbers",
    () =>
      withOutputs((each) =>
        each.type === "int64" ? { ...each, data: each.data.map((n) => BigInt(Number(n))) } : each,
      ),
  ],
  [
    "uint64 taken for int64",
    () =>
      withOutputs((each) =>
        each.type === "uint64" ? { ...each, data: each.data.map((n) => (n >> 63n ? 0n : n)) } : each,
      ),
  ],
  [
    "float16 without subnormal numbers",
    () =>
      withOutputs((each) =>
        each.type === "float16" ? { ...each, data: each.data.map((n) => (n & 0x7c00 ? n : n & 0x8000)) } : each,
      ),
  ],
  [
    "signed zeros lost",
    () => withInputs((each) => (each.type === "float32" ? { ...each, data: each.data.map((n) => n + 0) } : each)),
  ],
  [
    "strings cut at NUL",
    () =>
      withInputs((each) =>
        each.type === "string" ? { ...each, data: each.data.map((text) => text.split("\0")[0] ?? "") } : each,
      ),
  ],
  [
    "strings as Latin-1",
    () =>
      withInputs((each) =>
        each.type === "string"
          ? { ...each, data: each.data.map((text) => Buffer.from(text, "latin1").toString("latin1")) }
          : each,
      ),
  ],
  ["scalars as vectors", () => withOutputs((each) => (each.shape.length === 0 ? { ...each, shape: [1] } : each))],
  ["empty tensors flattened", () => withOutputs((each) => (each.data.length === 0 ? { ...each, shape: [0] } : each))],
  [
    "the offset into a buffer ignored",
    () =>
      withInputs((each) =>
        each.type === "float32"
          ? tensor("float32", each.shape, new Float32Array(each.data.buffer, 0, each.data.length))
          : each,
      ),
  ],
  [
    "unknown inputs ignored",
    () =>
      withRun((session, inputs, options) => {
        const known = session.signature.inputs.map(({ name }) => name);
        return session.run(
          Object.fromEntries(Object.entries(inputs).filter(([name]) => known.includes(name))),
          options,
        );
      }),
  ],
  [
    "inputs collected in a plain object",
    () =>
      withRun((session, inputs, options) => {
        const copy: Record<string, Tensor> = {};
        for (const [name, input] of Object.entries(inputs)) copy[name] = input;
        return session.run(copy, options);
      }),
  ],
  ["one output buffer for all runs", firstOutputs],
  ["the choice of outputs ignored", () => withRun((session, inputs) => session.run(inputs))],
  ["unusable outputs kept secret", () => withSession(() => ({ unusableOutputs: [] }))],
  [
    "runs dropped while another is under way",
    () => {
      let last: Promise<Tensors> | undefined;
      return withRun(async (session, inputs, options) => {
        last ??= session.run(inputs, options).finally(() => {
          last = undefined;
        });
        return last;
      });
    },
  ],
  [
    "aborted runs begun all the same",
    () => withRun((session, inputs, { signal: _, ...options } = {}) => session.run(inputs, options)),
  ],
  [
    "a second close that fails",
    () =>
      withSession((session) => {
        let closed = false;
        return {
          close: async () => {
            if (closed) throw new Error("Session already disposed.");
            closed = true;
            await session.close();
          },
        };
      }),
  ],
  ["a close that does nothing", () => withSession(() => ({ close: async () => undefined }))],
  [
    "a close that does not wait",
    () =>
      withSession((session) => ({
        close: async () => {
          session.close().catch(() => undefined);
        },
      })),
  ],
  [
    "load errors swallowed",
    () =>
      loadingOtherwise((load) => async (source) => {
        const nothing: Session = {
          signature: { inputs: [], outputs: [] },
          unusableOutputs: [],
          run: async () => ({}),
          close: async () => undefined,
        };
        return load(source).catch(() => nothing);
      }),
  ],
  [
    "load errors without a code",
    () =>
      loadingOtherwise(
        (load) => (source) =>
          load(source).catch((error: unknown) => {
            throw new Error(String(error));
          }),
      ),
  ],
  [
    "external data forgotten",
    () =>
      loadingOtherwise(
        (load) => (source) => load(source.kind === "bytes" ? { kind: "bytes", bytes: source.bytes } : source),
      ),
  ],
  [
    "the whole buffer loaded instead of the bytes in it",
    () =>
      loadingOtherwise(
        (load) => (source) =>
          load(source.kind === "bytes" ? { ...source, bytes: new Uint8Array(source.bytes.buffer) } : source),
      ),
  ],
  [
    "free dimensions read as 1",
    () =>
      withSession(({ signature }) => ({
        signature: {
          ...signature,
          inputs: signature.inputs.map((input) => ({ ...input, shape: input.shape.map((size) => Math.abs(size)) })),
        },
      })),
  ],
];

async function failingCases(engine: Engine): Promise<string[]> {
  const failing: string[] = [];
  for (const each of ENGINE_CASES) {
    await each.run(() => engine).catch(() => failing.push(each.name));
  }
  return failing;
}

describe("the engine suite finds", () => {
  it.each(BUGS)("%s", async (_name, createBroken) => {
    const failing = await failingCases(createBroken());
    expect(failing).not.toEqual([]);
    // A bug that fails everything would not show that the cases tell things apart.
    expect(failing.length).toBeLessThan(ENGINE_CASES.length);
  });
});
