// Prints by how much four more sessions of a model, each of which has run, add to the anonymous memory of a process.
import { readFileSync } from "node:fs";
import type { FileSource } from "../../../src/session/engine.ts";
import { createOnnxEngine } from "../../../src/session/onnx-engine.ts";
import { tensor } from "../../../src/tensor/tensor.ts";

const source = JSON.parse(process.argv[2] ?? "") as FileSource;
const engine = createOnnxEngine({ threads: 1 });
const inputs = { x: tensor("float32", [8, 1024], new Float32Array(8 * 1024).fill(0.5)) };

async function loadAndRun(): Promise<void> {
  await (await engine.load(source)).run(inputs);
}

function anonymousBytes(): number {
  const [, kilobytes] = readFileSync("/proc/self/status", "utf8").match(/RssAnon:\s+(\d+)/) ?? [];
  return Number(kilobytes) * 1024;
}

await loadAndRun();
const beforeBytes = anonymousBytes();
for (let count = 0; count < 4; count += 1) await loadAndRun();
process.stdout.write(String(anonymousBytes() - beforeBytes));
