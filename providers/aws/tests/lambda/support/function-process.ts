import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { createLambdaHandlers } from "@virga/aws/lambda";

/**
 * A function's process, as its instance runs it. Each line of the input is an order, and the answer to it is a line that
 * begins with "#"; the other lines are the function's log.
 */
interface Order {
  readonly invoke?: unknown;
  /** Invocations of the same event, one after the other. */
  readonly times?: number;
  /** Milliseconds that the clock of the day is put forward by. */
  readonly forwardMs?: number;
}

const realNow = Date.now;
let forwardMs = 0;
Date.now = () => realNow() + forwardMs;

const service = { name: "service", models: { scale: { registryName: "scale", reference: "production" } } };
const { handler } = await createLambdaHandlers(service);
say({ ready: true });

let count = 0;
for await (const line of createInterface(process.stdin)) {
  const order: Order = JSON.parse(line);
  forwardMs += order.forwardMs ?? 0;
  for (let turn = 1; turn < (order.times ?? 1); turn += 1) await invoke(order.invoke);
  const result = "invoke" in order ? await invoke(order.invoke) : undefined;
  await new Promise(setImmediate);
  global.gc?.();
  say({ result, anonymousKb: anonymousKb(), resources: process.getActiveResourcesInfo() });
}

async function invoke(event: unknown): Promise<unknown> {
  count += 1;
  const endsAtMs = performance.now() + 30_000;
  const context = {
    awsRequestId: `request-${count}`,
    getRemainingTimeInMillis: () => Math.round(endsAtMs - performance.now()),
  };
  try {
    return await handler(event, context);
  } catch (error) {
    return { failed: error instanceof Error ? error.name : String(error) };
  }
}

function anonymousKb(): number {
  return Number(/^RssAnon:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1]);
}

function say(answer: object): void {
  process.stdout.write(`#${JSON.stringify(answer)}\n`);
}
