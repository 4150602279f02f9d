import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Counterpart } from "./counterpart.ts";
import type { Totals } from "./run-here.ts";

const MAIN = fileURLToPath(new URL("main.ts", import.meta.url));
/** With all that the first run installs and builds. */
const DEADLINE_MS = 1_500_000;

/** Runs counterparts in processes of their own, one at a time in each lane; what each prints is shown when it ends. */
export async function runLanes(lanes: readonly (readonly Counterpart[])[]): Promise<Totals> {
  const totals = (await Promise.all(lanes.map(runLane))).flat();
  const sum = (count: (each: Totals) => number): number => totals.reduce((total, each) => total + count(each), 0);
  return { passed: sum(({ passed }) => passed), failed: sum(({ failed }) => failed) };
}

async function runLane(lane: readonly Counterpart[]): Promise<Totals[]> {
  const totals: Totals[] = [];
  for (const { name } of lane) totals.push(await runAlone(name));
  return totals;
}

async function runAlone(name: string): Promise<Totals> {
  process.stdout.write(`${name} is running …\n`);
  const child = spawn(process.execPath, [...process.execArgv, MAIN, name], {
    stdio: ["ignore", "pipe", "pipe"],
    timeout: DEADLINE_MS,
    killSignal: "SIGKILL",
  });
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (piece: string) => {
      printed += piece;
    });
  }
  // Not its "close", which a program that it left behind would put off.
  const [code, signal] = await once(child, "exit");
  const [whole = "", passed, failed] = /^(\d+) passed, (\d+) failed\n/m.exec(printed) ?? [];
  process.stdout.write(printed.replace(whole, ""));
  if (passed !== undefined) return { passed: Number(passed), failed: Number(failed) };
  process.stdout.write(`  FAILED  ${name} ended with ${signal ?? code}\n`);
  return { passed: 0, failed: 1 };
}
