import { formatByteSize } from "../print/byte-size.ts";
import type { Terminal } from "../print/terminal.ts";

const BAR_CELLS = 24;
/** Where nobody watches, a line for each tenth is enough. */
const STEPS = 10;

/** Shows how far a transfer is; quick ones show nothing. */
export function createProgress(label: string, terminal: Terminal): (doneBytes: number, totalBytes: number) => void {
  let shownStep = 0;
  return (doneBytes, totalBytes) => {
    const share = totalBytes === 0 ? 1 : doneBytes / totalBytes;
    const step = Math.floor(share * STEPS);
    if (step <= shownStep) return;
    shownStep = step;
    const filled = Math.round(share * BAR_CELLS);
    const bar = `${"#".repeat(filled)}${".".repeat(BAR_CELLS - filled)}`;
    terminal.complain(`${label} [${bar}] ${formatByteSize(doneBytes)} of ${formatByteSize(totalBytes)}`);
  };
}
