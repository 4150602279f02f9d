// Pushes versions one after the other into the registry of a folder until it is killed.
import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createFileStore, type Manifest, Registry } from "@virga/core/weights";

const FILE_BYTES = 1_000_000;
const [folder = "", seed = "0"] = process.argv.slice(2);
const registry = new Registry(createFileStore(join(folder, "registry")));

for (let turn = 0; ; turn += 1) {
  const files = await Promise.all(
    ["model.onnx", "weights.bin"].map((path) => writeContent(path, `${seed}-${turn}-${path}`)),
  );
  const manifest: Manifest = {
    format: 1,
    signature: { inputs: [], outputs: [] },
    operatorSets: { "": 21 },
    runtimeVersion: "1.30.0",
    sourceSha256: files[0]?.sha256 ?? "",
    chunkBytes: 1_048_576,
    files,
    load: { kind: "original", graph: "model.onnx", prepack: false, reason: "a test" },
  };
  const { version } = await registry.publish("model", join(folder, seed), manifest, { by: seed });
  await registry.promote("model", version, "production", { by: seed });
  process.stdout.write(`${version}\n`);
}

async function writeContent(path: string, text: string): Promise<Manifest["files"][number]> {
  const bytes = Buffer.alloc(FILE_BYTES, text);
  await writeFile(join(folder, seed, path), bytes);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  return { path, sizeBytes: FILE_BYTES, sha256, chunkCrc32: [0] };
}
