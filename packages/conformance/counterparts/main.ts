// Runs the counterparts named on the command line, all where none is named.
import type { CheckResult, Counterpart } from "./counterpart.ts";
import { COUNTERPARTS } from "./registry.ts";

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !COUNTERPARTS.some((counterpart) => counterpart.name === name));
if (unknown.length > 0) {
  print(`There is no counterpart ${unknown.join(", ")}; there is: ${COUNTERPARTS.map(({ name }) => name).join(", ")}.`);
  process.exit(2);
}

let passed = 0;
let failed = 0;
for (const counterpart of COUNTERPARTS) {
  if (asked.length === 0 || asked.includes(counterpart.name)) await runOne(counterpart);
}
print(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;

async function runOne(counterpart: Counterpart): Promise<void> {
  print(`${counterpart.name}:`);
  const start = performance.now();
  const before = passed + failed;
  try {
    await counterpart.run(count);
    if (passed + failed === before) count({ check: "at least one check", failure: "none ran" });
  } catch (error) {
    count({ check: "the run itself", failure: error instanceof Error ? error.message : String(error) });
  }
  print(`  ${((performance.now() - start) / 1_000).toFixed(1)} s`);
}

function count({ check, failure }: CheckResult): void {
  if (failure === undefined) {
    passed += 1;
    print(`  ok      ${check}`);
    return;
  }
  failed += 1;
  print(`  FAILED  ${check}\n${failure.replaceAll(/^/gm, "          ")}`);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
