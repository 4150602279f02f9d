import { readFileSync } from "node:fs";
import { startFaultServer } from "@virga/conformance/fault-server";
import { CORRUPT_BUCKET, type ServerOrder } from "./object-server-process.ts";

// All in memory, so that no disk but the subject's own is measured.
const { files, bytesPerSecond, linkBytesPerSecond, firstByteDelayMs, secure } = JSON.parse(
  process.argv[2] ?? "",
) as ServerOrder;
const objects = Object.fromEntries(Object.entries(files).map(([path, file]) => [path, readFileSync(file)]));
const largestBlob = Object.entries(objects)
  .filter(([path]) => path.includes("/blobs/"))
  .reduce((most, [, { length }]) => Math.max(most, length), 0);
const connections = new Set<number>();
const server = await startFaultServer({
  objects,
  firstByteDelayMs,
  secure,
  ...(bytesPerSecond && { bytesPerSecond }),
  ...(linkBytesPerSecond && { linkBytesPerSecond }),
  fault({ path, range, connection }) {
    if (range === undefined || !path.includes("/blobs/")) return undefined;
    if (objects[path]?.length === largestBlob) connections.add(connection);
    return path.startsWith(`/${CORRUPT_BUCKET}/`) && range.first === 0 ? { kind: "corrupt", atByte: 99 } : undefined;
  },
});
process.on("message", () => {
  process.send?.(connections.size);
  connections.clear();
});
process.once("disconnect", () => process.exit());
process.send?.({ url: server.url.origin, certificateAuthority: server.certificateAuthority });
