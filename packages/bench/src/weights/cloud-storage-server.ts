import { readFileSync } from "node:fs";
import { startStrictGcs } from "@virga/conformance/strict-gcs";
import { CORRUPT_BUCKET, type ServerOrder } from "./object-server-process.ts";

const CORRUPT_AT_BYTE = 99;

// All in memory, so that no disk but the subject's own is measured.
const { files, firstByteDelayMs, bytesPerSecond, linkBytesPerSecond } = JSON.parse(
  process.argv[2] ?? "",
) as ServerOrder;
const buckets: Record<string, { readonly objects: Record<string, Uint8Array> }> = {};
for (const [path, file] of Object.entries(files)) {
  const [, bucket = "", ...names] = path.split("/");
  const bytes = readFileSync(file);
  if (bucket === CORRUPT_BUCKET && names.includes("blobs")) {
    const at = Math.min(CORRUPT_AT_BYTE, bytes.length - 1);
    bytes[at] = (bytes[at] ?? 0) ^ 1;
  }
  buckets[bucket] = { objects: { ...buckets[bucket]?.objects, [names.join("/")]: bytes } };
}
const server = await startStrictGcs({
  buckets,
  firstByteDelayMs,
  ...(bytesPerSecond && { bytesPerSecond }),
  ...(linkBytesPerSecond && { linkBytesPerSecond }),
});
process.once("disconnect", () => process.exit());
process.send?.({ url: server.url.origin });
