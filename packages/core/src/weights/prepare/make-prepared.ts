import { InferenceError } from "../../errors.ts";
import type { Engine } from "../../session/engine.ts";
import { machineLayout } from "../machine-layout.ts";
import type { LoadPlan } from "../registry/manifest.ts";
import { asItIs, chooseForms, type Forms } from "./choose-forms.ts";
import { disprove, disproveEarly, type Original } from "./prove-loading.ts";
import type { Form, Workbench } from "./workbench.ts";
import type { LaidOutModel } from "./write-layout.ts";

/** A plan, and the forms that it needs. */
export interface Prepared {
  readonly load: LoadPlan;
  readonly models: readonly LaidOutModel[];
}

/** What preparing works with. */
export interface Workshop {
  readonly engine: Engine;
  readonly bench: Workbench;
  /** Told what did not work out, and so is not done. */
  readonly report: (text: string) => void;
}

/**
 * Makes the forms of a model that prove to be the original, best first.
 *
 * @returns why there is none, where there is none.
 */
export async function makePrepared(modelPath: string, original: Original, shop: Workshop): Promise<Prepared | string> {
  const { bench, engine, report } = shop;
  const plain = await bench.layOut(modelPath);
  if (plain.facts.isForOneMachine) {
    return "it has been optimised for one kind of machine: prepare the model that it was made from";
  }
  const forms = await formsOf(plain, await machineLayout(engine), shop);
  const optimized = await proveForms(forms, original, shop);
  if (typeof optimized !== "string" || forms.portable === plain) return optimized;
  report(`Not optimised in advance: ${optimized}.`);
  return proveForms({ ...forms, portable: plain, isFinished: false }, original, shop);
}

async function formsOf(plain: Form, layout: string, { bench, report }: Workshop): Promise<Forms> {
  try {
    return await chooseForms(bench, plain, layout);
  } catch (error) {
    if (!InferenceError.is(error)) throw error;
    report(`Not optimised in advance: ${error.message}`);
    return asItIs(plain);
  }
}

async function proveForms(forms: Forms, original: Original, shop: Workshop): Promise<Prepared | string> {
  const { portable, isFinished, prepack, packedBytes } = forms;
  const files = { ...namesOf(portable), packedBytes };
  if (isFinished) {
    const problem = await disproveEarly(shop.engine, portable.model, original);
    if (problem === undefined) return { load: { kind: "mapped", ...files }, models: [portable.model] };
    shop.report(`To be loaded only when its weights are complete: ${problem}.`);
  }
  const problem = await disprove(shop.engine, portable.model, { optimize: true, prepack }, original);
  if (problem !== undefined) return `the prepared model is not the original: ${problem}`;
  const machine = await provenMachineForm(forms, original, shop);
  const load: LoadPlan = { kind: "mappedWhenComplete", ...files, prepack, layouts: machine?.layouts ?? [] };
  return { load, models: [...new Set([portable.model, ...(machine?.models ?? [])])] };
}

interface MachineForms {
  readonly layouts: Extract<LoadPlan, { kind: "mappedWhenComplete" }>["layouts"];
  readonly models: readonly LaidOutModel[];
}

async function provenMachineForm(
  { machine }: Forms,
  original: Original,
  { engine, report }: Workshop,
): Promise<MachineForms | undefined> {
  if (machine === undefined) return undefined;
  const layout = await machineLayout(engine);
  const problem = await disproveEarly(engine, machine.model, original);
  if (problem === undefined) return { layouts: [{ layout, ...namesOf(machine) }], models: [machine.model] };
  report(`Without a form for machines like this one (${layout}): ${problem}.`);
  return undefined;
}

function namesOf({ model: { graph, data } }: Form): { graph: string; data?: string } {
  return data === undefined ? { graph } : { graph, data };
}
