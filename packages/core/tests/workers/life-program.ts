import { globSync, readdirSync, readFileSync } from "node:fs";
import { encodeModel } from "@virga/conformance/onnx-model";
import { createWorkerEngine } from "../../src/workers/worker-engine.ts";
import { COUNTING, NEGATION, steps, vector } from "./worker-models.ts";

/** Run by tests as a program of its own: `life-program.ts thread|process WHAT`; writes a line when it has done. */
const [, , isolation, what] = process.argv;
const options = { workers: 2, threads: 1, isolation: isolation === "process" ? "process" : "thread" } as const;
const negation = { kind: "bytes", bytes: encodeModel(NEGATION) } as const;

/** Threads of this process, files that it holds open, and processes that it has started. */
function held(): string {
  const children = globSync("/proc/self/task/*/children").flatMap((file) =>
    readFileSync(file, "utf8").split(" ").filter(Boolean),
  );
  return [readdirSync("/proc/self/task").length, readdirSync("/proc/self/fd").length, children.length].join();
}

async function openAndClose(): Promise<void> {
  const engine = createWorkerEngine(options);
  const sessions = await Promise.all([engine.load(negation), engine.load(negation)]);
  await Promise.all(sessions.map((session) => session.run(vector(1))));
  await sessions[0].close();
  await engine.close();
}

if (what === "forget") {
  const session = await createWorkerEngine(options).load(negation);
  const { y } = await session.run(vector(4));
  process.stdout.write(`${y?.data[0]}\n`);
}
if (what === "leak") {
  await openAndClose();
  const before = held();
  for (let round = 0; round < 3; round++) await openAndClose();
  process.stdout.write(`${before} ${held()}\n`);
}
if (what === "exit") {
  const session = await createWorkerEngine(options).load({ kind: "bytes", bytes: encodeModel(COUNTING) });
  void session.run(steps(100_000));
  process.stdout.write("going\n", () => process.exit(3));
}
if (what === "run until interrupted") {
  const session = await createWorkerEngine(options).load({ kind: "bytes", bytes: encodeModel(COUNTING) });
  process.on("SIGINT", async () => {
    const { count } = await running;
    process.stdout.write(`${count?.data[0]}\n`);
    process.exit();
  });
  await session.run(steps(1));
  const running = session.run(steps(200_000));
  process.stdout.write("running\n");
  await new Promise(() => setInterval(() => undefined, 1000));
}
