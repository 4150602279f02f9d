import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createFileStore } from "@virga/core/weights";
import { describeStore } from "../src/describe-store.ts";

describeStore("folder of files", async () => {
  const folder = await mkdtemp(join(tmpdir(), "virga-file-store-"));
  return { store: createFileStore(folder), close: () => rm(folder, { recursive: true }) };
});
