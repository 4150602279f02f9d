import { describe, it } from "@jest/globals";
import type { OpenAdapter } from "./adapter-harness.ts";
import { ADAPTER_SERVICE_CASES } from "./adapter-service-cases.ts";
import { ADAPTER_TRANSLATION_CASES } from "./adapter-translation-cases.ts";

/** Runs the whole adapter suite; there is no way to leave a case out. */
export function describeAdapter(name: string, open: OpenAdapter): void {
  describe(`adapter: ${name}`, () => {
    for (const each of [...ADAPTER_TRANSLATION_CASES, ...ADAPTER_SERVICE_CASES]) it(each.name, () => each.run(open));
  });
}
