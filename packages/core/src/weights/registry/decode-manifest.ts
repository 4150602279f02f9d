import { type ElementType, FIXED_ELEMENTS } from "../../tensor/element-type.ts";
import type { Signature, TensorSpec } from "../../tensor/tensor.ts";
import type { LoadPlan, Manifest, ManifestFile } from "./manifest.ts";
import type { RecordFields } from "./record-fields.ts";

const SHA256 = /^[0-9a-f]{64}$/;
/** Relative, with "/" between its parts, and never out of the model's folder; models name their data files freely. */
const SAFE_PATH = /^(?!.*(?:^|\/)\.{0,2}(?:\/|$))[^\p{Cc}\\:]+$/u;
const ELEMENT_TYPES = ["string", ...Object.keys(FIXED_ELEMENTS)] as readonly ElementType[];

/** Reads a manifest. @throws InferenceError `WEIGHTS_CORRUPT` naming the field that is wrong. */
export function decodeManifest(fields: RecordFields): Manifest {
  if (fields.integer("format") !== 1) {
    throw fields.contradiction("this version reads manifests of format 1; a newer one wrote this");
  }
  const chunkBytes = fields.integer("chunkBytes", 4096);
  const files = fields.objects("files", (file) => decodeFile(file, chunkBytes));
  const load = decodeLoad(fields.object("load"));
  const missing = filesOf(load).find((path) => !files.some((file) => file.path === path));
  if (missing !== undefined) throw fields.contradiction(`no file is ${JSON.stringify(missing)}, which its plan names`);
  return {
    format: 1,
    signature: decodeSignature(fields.object("signature")),
    operatorSets: fields.object("operatorSets").integersByName(),
    runtimeVersion: fields.text("runtimeVersion"),
    sourceSha256: fields.text("sourceSha256", SHA256),
    chunkBytes,
    files,
    load,
  };
}

function decodeFile(fields: RecordFields, chunkBytes: number): ManifestFile {
  const sizeBytes = fields.integer("sizeBytes");
  const chunkCrc32 = fields.integers("chunkCrc32", 0);
  const chunks = Math.ceil(sizeBytes / chunkBytes);
  if (chunkCrc32.length !== chunks) {
    throw fields.contradiction(`${sizeBytes} bytes are ${chunks} chunks, and there are ${chunkCrc32.length} checksums`);
  }
  return { path: fields.text("path", SAFE_PATH), sizeBytes, sha256: fields.text("sha256", SHA256), chunkCrc32 };
}

function decodeLoad(fields: RecordFields): LoadPlan {
  const kind = fields.oneOf("kind", ["mapped", "mappedWhenComplete", "original"]);
  if (kind === "original") {
    const { graph } = decodeGraph(fields);
    return { kind, graph, prepack: fields.boolean("prepack"), reason: fields.text("reason") };
  }
  const plan = { ...decodeGraph(fields), packedBytes: fields.integer("packedBytes") };
  if (kind === "mapped") return { kind, ...plan };
  const layouts = fields.objects("layouts", (each) => ({ layout: each.text("layout"), ...decodeGraph(each) }));
  return { kind, ...plan, prepack: fields.boolean("prepack"), layouts };
}

function decodeGraph(fields: RecordFields): { graph: string; data?: string } {
  const graph = fields.text("graph", SAFE_PATH);
  return fields.has("data") ? { graph, data: fields.text("data", SAFE_PATH) } : { graph };
}

/** Every file that a plan names. */
function filesOf(load: LoadPlan): string[] {
  const graphs = load.kind === "mappedWhenComplete" ? [load, ...load.layouts] : [load];
  return graphs.flatMap((each) => ("data" in each && each.data !== undefined ? [each.graph, each.data] : [each.graph]));
}

function decodeSignature(fields: RecordFields): Signature {
  return { inputs: fields.objects("inputs", decodeSpec), outputs: fields.objects("outputs", decodeSpec) };
}

function decodeSpec(fields: RecordFields): TensorSpec {
  return {
    name: fields.text("name"),
    type: fields.oneOf("type", ELEMENT_TYPES),
    shape: fields.integers("shape", -1),
  };
}
