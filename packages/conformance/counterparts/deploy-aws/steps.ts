import type { CheckResult } from "../counterpart.ts";

/** Something to be checked that builds on the steps before it. */
export interface Step {
  readonly check: string;
  run(): Promise<void>;
}

/** Runs steps in their order; after one that fails, the rest would only fail again. */
export async function runSteps(
  name: string,
  steps: readonly Step[],
  report: (result: CheckResult) => void,
): Promise<void> {
  for (const { check, run } of steps) {
    try {
      await run();
      report({ check: `${name}: ${check}` });
    } catch (error) {
      report({ check: `${name}: ${check}`, failure: error instanceof Error ? error.message : String(error) });
      return;
    }
  }
}
