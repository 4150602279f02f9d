import { setTimeout as sleep } from "node:timers/promises";
import type { Registry } from "@virga/core/weights";
import type { ModelVersions } from "./model-versions.ts";
import type { SoakRecord } from "./soak-record.ts";
import { ALIAS, AUTHOR } from "./soak-registry.ts";
import type { LoggedEvent } from "./soak-service.ts";

const SWAPPED = /^(\S+)@\S+ is version (\d+) now/;
/** A swap that is not reported by then hangs: alias looked up, weights linked, session created. */
const REPORT_MS = 20_000;
const LOOK_MS = 20;

/** Moves every model's alias to and fro between its two versions. */
export class Swaps {
  readonly #registry: Registry;
  readonly #versions: ReadonlyMap<string, ModelVersions>;
  readonly #record: SoakRecord;
  readonly #reported = new Map<string, number>();

  constructor(registry: Registry, versions: ReadonlyMap<string, ModelVersions>, record: SoakRecord) {
    this.#registry = registry;
    this.#versions = versions;
    this.#record = record;
    for (const [name, { newest }] of versions) this.#reported.set(name, newest);
  }

  /** Takes what the service logs: from a swap's report on, the version before may answer no more. */
  hear({ event, message }: LoggedEvent): void {
    const [, name = "", version] = (event === "model.swapped" && SWAPPED.exec(message)) || [];
    const model = this.#versions.get(name);
    if (model === undefined) return;
    model.swapReported(Number(version), performance.now());
    this.#reported.set(name, Number(version));
  }

  /** Swaps each model in turn, every so often, until the soak ends. */
  async run(everyMs: number, ending: AbortSignal): Promise<void> {
    while (!ending.aborted) {
      await sleep(everyMs, undefined, { signal: ending }).catch(() => undefined);
      if (ending.aborted) return;
      await Promise.all([...this.#versions.keys()].map((name) => this.#swap(name)));
    }
  }

  async #swap(name: string): Promise<void> {
    const model = this.#versions.get(name);
    if (model === undefined) return;
    const version = 3 - model.newest;
    const askedAtMs = performance.now();
    model.swapAsked(version, askedAtMs);
    await this.#registry.promote(name, version, ALIAS, AUTHOR);
    while (this.#reported.get(name) !== version) {
      if (performance.now() - askedAtMs > REPORT_MS) {
        this.#record.violate(`swap of ${name} to version ${version}: not reported within ${REPORT_MS} ms`);
        return;
      }
      await sleep(LOOK_MS);
    }
    this.#record.count("swaps");
  }
}
