import { generateLoad } from "./generate-load.ts";
import type { LoadOrder } from "./load.ts";

/** A process that does nothing but load: one order after the other, as its parent sends them, and ends with it. */
process.on("message", (order: LoadOrder) => {
  generateLoad(order).then(
    (report) => process.send?.(report),
    (error: unknown) => {
      process.stderr.write(`the load generator failed: ${error instanceof Error ? error.stack : error}\n`);
      process.exit(1);
    },
  );
});
process.once("disconnect", () => process.exit());
