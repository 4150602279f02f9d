import { encodeModel } from "@virga/conformance/onnx-model";
import { createOnnxEngine, type Engine, type ModelSource, type Session, type Tensors, tensor } from "@virga/core";
import { createWorkerEngine } from "@virga/core/workers";
import { type Bench, defineBench } from "../frame/bench.ts";
import { interleave, milliseconds } from "../frame/rounds.ts";
import { type Row, toRow } from "../frame/row.ts";

/** Bytes of one input, and of its output. */
const SIZES: readonly { readonly name: string; readonly elements: number }[] = [
  { name: "16 bytes", elements: 4 },
  { name: "4 kB", elements: 1024 },
  { name: "602 kB", elements: 3 * 224 * 224 },
  { name: "6 MB", elements: 30 * 224 * 224 },
];
const REPEATS = 20;

/** As little computing as can be: what is left is the way there and back. */
const NEGATION: ModelSource = {
  kind: "bytes",
  bytes: encodeModel({
    inputs: [{ name: "x", tensor: "float32", shape: ["N"] }],
    outputs: [{ name: "y", tensor: "float32", shape: ["N"] }],
    operations: [{ operator: "Neg", inputs: ["x"], outputs: ["y"] }],
  }),
};

/** What it costs to have a model run elsewhere. */
export const isolation: Bench = defineBench({
  name: "isolation",
  summary: "one run in a worker thread and in a worker process, against the calling thread",
  flags: { rounds: { default: 15, description: "rounds of each size" } },
  async measure({ rounds }) {
    const here = createOnnxEngine({ threads: 1 });
    const thread = createWorkerEngine({ workers: 1, threads: 1 });
    const process = createWorkerEngine({ workers: 1, threads: 1, isolation: "process" });
    try {
      const sessions = { here: await load(here), thread: await load(thread), process: await load(process) };
      const rows: Row[] = [];
      for (const { name, elements } of SIZES) rows.push(...(await measureSize(sessions, name, elements, rounds)));
      return {
        rows,
        notes: ["floor: the calling thread; inputs are given away, so that a thread takes them as they are"],
      };
    } finally {
      await Promise.all([thread.close(), process.close()]);
    }
  },
});

interface Sessions {
  readonly here: Session;
  readonly thread: Session;
  readonly process: Session;
}

function load(engine: Engine): Promise<Session> {
  return engine.load(NEGATION);
}

async function measureSize(sessions: Sessions, size: string, elements: number, rounds: number): Promise<Row[]> {
  const contender = (session: Session): ReturnType<typeof milliseconds> =>
    milliseconds(REPEATS, async () =>
      expectNegated(await session.run(input(elements), { mayTransfer: true }), elements),
    );
  const { floor, thread, process } = await interleave(
    { floor: contender(sessions.here), thread: contender(sessions.thread), process: contender(sessions.process) },
    { rounds, warmUps: 3 },
  );
  return [
    toRow({ metric: `${size} in a thread`, unit: "ms", ours: thread, floor }),
    toRow({ metric: `${size} in a process`, unit: "ms", ours: process, floor }),
  ];
}

function input(elements: number): Tensors {
  return { x: tensor("float32", [elements], new Float32Array(elements).fill(1)) };
}

function expectNegated({ y }: Tensors, elements: number): void {
  if (y?.data.length !== elements || y.data[elements - 1] !== -1) throw new Error("A worker gave a wrong answer.");
}
