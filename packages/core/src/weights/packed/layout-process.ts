// The process that makes one layout: `shared-layout.ts` starts it.
import { constants, setPriority } from "node:os";
import { type LayoutTask, writePacked } from "./write-packed.ts";

// Requests go before.
setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
process.on("disconnect", () => process.exit());
process.once("message", (task: LayoutTask) => {
  void writePacked(task)
    .catch((error: unknown) => (error instanceof Error ? error.message : String(error)))
    .then((outcome) => process.send?.(outcome, undefined, undefined, () => process.disconnect()));
});
