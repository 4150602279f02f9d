import { ENGINE_CHECK_CASES } from "./engine-check-cases.ts";
import type { EngineCase } from "./engine-harness.ts";
import { ENGINE_LOAD_CASES } from "./engine-load-cases.ts";
import { ENGINE_RUN_CASES } from "./engine-run-cases.ts";
import { ENGINE_TYPE_CASES } from "./engine-type-cases.ts";

/** Everything that every engine owes. */
export const ENGINE_CASES: readonly EngineCase[] = [
  ...ENGINE_LOAD_CASES,
  ...ENGINE_TYPE_CASES,
  ...ENGINE_RUN_CASES,
  ...ENGINE_CHECK_CASES,
];
