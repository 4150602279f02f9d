// Runs the counterpart named on the command line here; several, or all where none is named, each in a process of its own.
import type { Counterpart } from "./counterpart.ts";
import { LANES } from "./registry.ts";
import { runHere } from "./run-here.ts";
import { runLanes } from "./run-lanes.ts";

const asked = process.argv.slice(2);
const counterparts = LANES.flat();
const unknown = asked.filter((name) => !counterparts.some((counterpart) => counterpart.name === name));
if (unknown.length > 0) {
  const names = counterparts.map(({ name }) => name).join(", ");
  process.stdout.write(`There is no counterpart ${unknown.join(", ")}; there is: ${names}.\n`);
  process.exit(2);
}

const isAsked = ({ name }: Counterpart): boolean => asked.length === 0 || asked.includes(name);
const lanes = LANES.map((lane) => lane.filter(isAsked));
const [only, ...others] = lanes.flat();
const { passed, failed } = only !== undefined && others.length === 0 ? await runHere(only) : await runLanes(lanes);
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed > 0 ? 1 : 0;
