import type { Infer } from "./open-inference-client.ts";

/** One model of a corpus under the name that it is served by. */
export interface CorpusModel {
  readonly name: string;
  readonly path: string;
}

/** One recorded outcome. */
export interface CorpusCase {
  readonly name: string;
  readonly model: CorpusModel;
  /** Whether the model's operators need the locale en_US.UTF-8 on the host. */
  readonly needsLocale: boolean;
  /** Plays the case against a server. @throws AssertionError when the outcome is not the recorded one. */
  play(infer: Infer): Promise<void>;
}

/** A name that can stand in a URL. */
export function toModelName(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9._-]+/g, "-").slice(0, 128);
}
