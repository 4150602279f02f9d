/** What is done around a model's runs, wherever its weights come from. */
export interface ModelTreatment {
  /** Names of the classes, in the order of the model's scores. */
  readonly labels?: readonly string[];
  /** Whether requests that come together are run together where that pays; `auto` where absent. */
  readonly batching?: "auto" | "off";
}

/** A model's treatment alone, of a description that holds more. */
export function treatmentOf({ labels, batching }: ModelTreatment): ModelTreatment {
  return { ...(labels && { labels }), ...(batching && { batching }) };
}
