import { readFileSync } from "node:fs";
import { startFaultServer } from "@virga/conformance/fault-server";
import { CORRUPT_BUCKET, type ServerOrder } from "./object-server-process.ts";

// All in memory, so that no disk but the subject's own is measured.
const { files, bytesPerSecond, firstByteDelayMs, secure } = JSON.parse(process.argv[2] ?? "") as ServerOrder;
let peakConnections = 0;
const server = await startFaultServer({
  objects: Object.fromEntries(Object.entries(files).map(([path, file]) => [path, readFileSync(file)])),
  firstByteDelayMs,
  secure,
  ...(bytesPerSecond && { bytesPerSecond }),
  fault({ path, range }) {
    if (range === undefined || !path.includes("/blobs/")) return undefined;
    peakConnections = Math.max(peakConnections, server.connections);
    return path.startsWith(`/${CORRUPT_BUCKET}/`) && range.first === 0 ? { kind: "corrupt", atByte: 99 } : undefined;
  },
});
process.on("message", () => {
  process.send?.(peakConnections);
  peakConnections = 0;
});
process.once("disconnect", () => process.exit());
process.send?.({ url: server.url.origin, certificateAuthority: server.certificateAuthority });
