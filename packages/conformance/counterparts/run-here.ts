import type { CheckResult, Counterpart } from "./counterpart.ts";

/** How many checks there were. */
export interface Totals {
  readonly passed: number;
  readonly failed: number;
}

/** Runs a counterpart in this process and prints each check as it ends. */
export async function runHere(counterpart: Counterpart): Promise<Totals> {
  let passed = 0;
  let failed = 0;
  const count = ({ check, failure }: CheckResult): void => {
    if (failure === undefined) passed += 1;
    else failed += 1;
    print(
      failure === undefined ? `  ok      ${check}` : `  FAILED  ${check}\n${failure.replaceAll(/^/gm, "          ")}`,
    );
  };
  print(`${counterpart.name}:`);
  const start = performance.now();
  try {
    await counterpart.run(count);
    if (passed + failed === 0) count({ check: "at least one check", failure: "none ran" });
  } catch (error) {
    count({ check: "the run itself", failure: error instanceof Error ? error.message : String(error) });
  }
  print(`  ${((performance.now() - start) / 1_000).toFixed(1)} s`);
  return { passed, failed };
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
