import { mkdir, mkdtemp, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { writeOptimizedModel } from "../../session/optimized-model.ts";
import type { OptimizedFile } from "../../session/session-options.ts";
import { readModelFile } from "../onnx-file/read-model-file.ts";
import { describeFile } from "./describe-file.ts";
import { type GraphFacts, graphFacts } from "./graph-facts.ts";
import { type LaidOutModel, writeLayout } from "./write-layout.ts";

/** A model that can be published: one graph and at most one data file. */
export interface Form {
  readonly model: LaidOutModel;
  readonly facts: GraphFacts;
  readonly sizeBytes: number;
}

/** A model as the runtime wrote it. */
export interface RuntimeForm {
  readonly folder: string;
  readonly graphPath: string;
  /** The same for the same bytes: what tells two forms apart once their files are gone. */
  readonly digest: string;
}

const RUNTIME_GRAPH = "model.onnx";
const RUNTIME_DATA = "weights.bin";

/** A folder of its own in which the forms of one model are made; gone with all of them when it is closed. */
export class Workbench {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Below `parent`, so that what is made there can be moved to it. */
  static async open(parent: string): Promise<Workbench> {
    await mkdir(parent, { recursive: true });
    return new Workbench(await mkdtemp(join(parent, ".preparing-")));
  }

  async close(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** Lays a model out, for every machine or for one `layout` of machines. */
  async layOut(modelPath: string, layout?: string): Promise<Form> {
    const folder = await this.folder();
    const suffix = layout === undefined ? "" : `.${layout}`;
    const target = { folder, graph: `model${suffix}.onnx`, data: `weights${suffix}.bin` };
    const model = await writeLayout(modelPath, target);
    const graphPath = join(folder, model.graph);
    const sizeBytes = (await stat(graphPath)).size + model.dataSizeBytes;
    return { model, facts: graphFacts(readModelFile(graphPath)), sizeBytes };
  }

  /** Has the runtime optimise a model. */
  async optimize({ model }: Form, how: Pick<OptimizedFile, "level" | "int8Products">): Promise<RuntimeForm> {
    const folder = await this.folder();
    const graphPath = join(folder, RUNTIME_GRAPH);
    await writeOptimizedModel(join(model.folder, model.graph), { ...how, graphPath, dataName: RUNTIME_DATA });
    const digests = [await digest(folder, RUNTIME_GRAPH), await digest(folder, RUNTIME_DATA)];
    return { folder, graphPath, digest: digests.join() };
  }

  /** Frees the disk of a form that is not needed any more. */
  async discard({ folder }: RuntimeForm): Promise<void> {
    await rm(folder, { recursive: true, force: true });
  }

  /** A new, empty folder. */
  folder(): Promise<string> {
    return mkdtemp(join(this.#folder, "form-"));
  }
}

async function digest(folder: string, name: string): Promise<string | undefined> {
  try {
    return (await describeFile(folder, name)).sha256;
  } catch (error) {
    // Without a large weight the runtime writes no data file.
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
