import { discardRanges } from "../discard-ranges.ts";
import { begin, readJob, report } from "../subject.ts";

// The best that any client in this process could do: every byte received, none looked at.
const job = readJob();
begin();
await discardRanges(job);
report();
process.exit();
