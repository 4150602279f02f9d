import { describe, it } from "@jest/globals";
import { ENGINE_CASES } from "./engine-cases.ts";
import type { CreateEngine } from "./engine-harness.ts";

/** Runs the whole engine suite; there is no way to leave a case out. */
export function describeEngine(name: string, createEngine: CreateEngine): void {
  describe(`engine: ${name}`, () => {
    for (const each of ENGINE_CASES) it(each.name, () => each.run(createEngine));
  });
}
