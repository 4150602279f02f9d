import type { Engine, LoadMode } from "../session/engine.ts";
import { runtimeVersion } from "../session/onnx-runtime.ts";
import { machineLayout } from "./machine-layout.ts";
import type { MachineGraph, Manifest } from "./registry/manifest.ts";

/** How one version is loaded on this machine. */
export interface LoadChoice {
  readonly graph: string;
  /** All that has to be fetched: the graph and the data files it names. */
  readonly files: readonly string[];
  readonly mode: LoadMode;
  /** Whether the session may be created as soon as the graph is there and the data file has its length. */
  readonly mayArrive: boolean;
}

const MAPPED: LoadMode = { optimize: false, prepack: false };

/** Chooses the fastest form of a version that is right on this machine and for this runtime. */
export async function chooseLoad(
  engine: Engine,
  { load, files, runtimeVersion: preparedFor }: Manifest,
): Promise<LoadChoice> {
  if (load.kind === "original") {
    const mode = { optimize: true, prepack: load.prepack };
    return { graph: load.graph, files: files.map(({ path }) => path), mode, mayArrive: false };
  }
  const isSameRuntime = preparedFor === (await runtimeVersion());
  // Proven for this runtime, and where a private mapping shows what is written to the file later.
  const mayArrive = isSameRuntime && process.platform === "linux";
  if (load.kind === "mapped") return { ...filesOf(load), mode: MAPPED, mayArrive };
  const layout = isSameRuntime && load.layouts.length > 0 ? await machineLayout(engine) : undefined;
  const machine = load.layouts.find((each) => each.layout === layout);
  if (machine !== undefined) return { ...filesOf(machine), mode: MAPPED, mayArrive };
  return { ...filesOf(load), mode: { optimize: true, prepack: load.prepack }, mayArrive: false };
}

function filesOf({ graph, data }: Omit<MachineGraph, "layout">): Pick<LoadChoice, "graph" | "files"> {
  return { graph, files: data === undefined ? [graph] : [graph, data] };
}
