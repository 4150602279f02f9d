import { openSync, readSync, writeSync } from "node:fs";
import { join } from "node:path";
import { discardRanges } from "../discard-ranges.ts";
import { begin, readJob, report } from "../subject.ts";

const READ_BYTES = 1024 * 1024;

// The least that anything must do that does not hold the weights in memory of its own: write them, and read them once.
const job = readJob();
begin();
const file = openSync(join(job.directory, "weights"), "wx+");
await discardRanges(job, (bytes, position) => writeSync(file, bytes, 0, bytes.length, position));
const buffer = Buffer.allocUnsafeSlow(READ_BYTES);
for (let at = 0; at < job.dataBytes; ) at += readSync(file, buffer, 0, READ_BYTES, at);
report();
process.exit();
