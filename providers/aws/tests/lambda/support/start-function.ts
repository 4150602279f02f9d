import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const SCRIPT = fileURLToPath(new URL("function-process.ts", import.meta.url));
const FLAGS = ["--conditions=virga:source", "--disable-warning=ExperimentalWarning", "--expose-gc"];

export interface FunctionAnswer {
  readonly result: unknown;
  readonly anonymousKb: number;
  /** What would keep the process alive: sockets, timers. */
  readonly resources: readonly string[];
}

/** A function in a process of its own. */
export interface FunctionProcess {
  /** Lines of its log. */
  readonly log: readonly Readonly<Record<string, unknown>>[];
  ask(order: object): Promise<FunctionAnswer>;
  stop(): Promise<void>;
}

/** Starts a function from its sources and waits for its init phase. */
export async function startFunction(environment: Readonly<Record<string, string>>): Promise<FunctionProcess> {
  const child = spawn(process.execPath, [...FLAGS, SCRIPT], {
    stdio: ["pipe", "pipe", "inherit"],
    env: {
      PATH: process.env["PATH"],
      AWS_REGION: "eu-west-1",
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "1024",
      ...environment,
    },
  });
  const ended = once(child, "exit");
  const log: Record<string, unknown>[] = [];
  const waiting: ((answer: FunctionAnswer) => void)[] = [];
  createInterface(child.stdout).on("line", (line) => {
    if (line.startsWith("#")) waiting.shift()?.(JSON.parse(line.slice(1)));
    else log.push(JSON.parse(line));
  });
  const next = (): Promise<FunctionAnswer> =>
    Promise.race([
      new Promise<FunctionAnswer>((resolve) => waiting.push(resolve)),
      ended.then(([code]) => {
        throw new Error(`The function's process ended with ${code}.`);
      }),
    ]);
  await next();
  return {
    log,
    ask(order) {
      const answer = next();
      child.stdin.write(`${JSON.stringify(order)}\n`);
      return answer;
    },
    async stop() {
      child.stdin.end();
      await ended;
    },
  };
}
