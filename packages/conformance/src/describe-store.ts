import { afterAll, beforeAll, describe, it } from "@jest/globals";
import { STORE_CASES } from "./store-cases.ts";
import type { OpenedStore } from "./store-harness.ts";

/** Runs the whole store suite; there is no way to leave a case out. */
export function describeStore(name: string, open: () => Promise<OpenedStore & { close(): Promise<void> }>): void {
  describe(`store: ${name}`, () => {
    let opened: OpenedStore & { close(): Promise<void> };
    beforeAll(async () => {
      opened = await open();
    });
    afterAll(() => opened.close());
    for (const each of STORE_CASES) it(each.name, () => each.run(opened));
  });
}
