import type { Form, RuntimeForm, Workbench } from "./workbench.ts";

/** What a model can be published as. */
export interface Forms {
  /** Right on every machine. */
  readonly portable: Form;
  /** Whether the portable form is as fast as the original without being optimised again where it is loaded. */
  readonly isFinished: boolean;
  /** Fully optimised for machines with this one's layout; `portable` itself where that makes no difference here. */
  readonly machine?: Form;
  /** Whether it is many times slower without packed weights. */
  readonly prepack: boolean;
  /** Bytes of the weights that the runtime can pack once the graph is optimised. */
  readonly packedBytes: number;
}

/**
 * Optimising also computes constants, which can be far larger than what they are computed from. They would have to be
 * fetched; to compute them again is faster.
 */
const MOST_GROWTH = 1.25;
const ALWAYS_ALLOWED_GROWTH_BYTES = 256 * 1024;

/**
 * Has the runtime optimise a model for every machine and for this one, and tells from what comes out how far it can be
 * prepared. What depends on the machine is left to the load, or gets a form of its own.
 *
 * @param plain The model as it is, laid out.
 */
export async function chooseForms(bench: Workbench, plain: Form, layout: string): Promise<Forms> {
  const { facts } = plain;
  // Machines that compute in float16 would lose it, and the others would fetch twice the bytes.
  if (facts.isHalfPrecision) return asItIs(plain);
  const everywhere = await bench.optimize(plain, {
    level: "extended",
    int8Products: facts.isQuantized ? "unsigned" : "as here",
  });
  const optimized = await bench.layOut(everywhere.graphPath);
  // Each form is as large as the model: none stays for longer than it is needed.
  await bench.discard(everywhere);
  const { needsPacking: prepack, packedBytes } = optimized.facts;
  const isPortable =
    hasKeptSize(optimized, plain) && (!facts.isQuantized || (await isSameOnArm(bench, plain, everywhere)));
  const portable = isPortable ? optimized : plain;
  if (prepack) return { portable, isFinished: false, prepack, packedBytes };
  const here = await bench.optimize(plain, { level: "all", int8Products: "as here" });
  const isSameHere = isPortable && here.digest === everywhere.digest;
  // Where it makes no difference here it may elsewhere.
  const isFinished = isSameHere && !optimized.facts.hasMachineLayouts;
  const machine = isSameHere ? portable : await bench.layOut(here.graphPath, layout);
  await bench.discard(here);
  if (isFinished) return { portable, isFinished, prepack, packedBytes };
  return { portable, isFinished, prepack, packedBytes, ...(hasKeptSize(machine, plain) ? { machine } : {}) };
}

/** A model laid out and nothing else, to be optimised where it is loaded. */
export function asItIs(plain: Form): Forms {
  const { needsPacking, packedBytes } = plain.facts;
  return { portable: plain, isFinished: false, prepack: needsPacking, packedBytes };
}

/** The runtime turns int8 products into those that x64 does fastest, or into those that ARM does. */
async function isSameOnArm(bench: Workbench, plain: Form, onX64: RuntimeForm): Promise<boolean> {
  const onArm = await bench.optimize(plain, { level: "extended", int8Products: "kept" });
  await bench.discard(onArm);
  return onArm.digest === onX64.digest;
}

function hasKeptSize(form: Form, plain: Form): boolean {
  return form.sizeBytes <= plain.sizeBytes * MOST_GROWTH + ALWAYS_ALLOWED_GROWTH_BYTES;
}
