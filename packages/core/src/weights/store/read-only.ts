import { InferenceError } from "../../errors.ts";
import type { ModelStore } from "./model-store.ts";

/** What a store refuses that only reads objects whole. @param wayOut what to do instead, as half a sentence. */
export function readOnly(uri: string, wayOut: string): Pick<ModelStore, "write" | "delete" | "info" | "list"> {
  const refuse = async (): Promise<never> => {
    throw new InferenceError("UNSUPPORTED", `${uri} can only be read: ${wayOut}.`);
  };
  return {
    write: refuse,
    delete: refuse,
    info: refuse,
    async *list() {
      yield await refuse();
    },
  };
}
