/** A version and the time in which it may have answered, as `performance.now()` counts. */
interface Span {
  readonly version: number;
  readonly fromMs: number;
  untilMs: number;
}

/** Which versions of one model may answer when: from the moment a swap is asked for, both; once it is reported, the new. */
export class ModelVersions {
  readonly #spans: Span[];

  constructor(version: number) {
    this.#spans = [{ version, fromMs: Number.NEGATIVE_INFINITY, untilMs: Number.POSITIVE_INFINITY }];
  }

  get newest(): number {
    return this.#spans.at(-1)?.version ?? 0;
  }

  /** To be called before the alias is moved. */
  swapAsked(version: number, nowMs: number): void {
    this.#spans.push({ version, fromMs: nowMs, untilMs: Number.POSITIVE_INFINITY });
  }

  /** To be called when the service has said that the version serves; a report of an earlier swap says nothing. */
  swapReported(version: number, nowMs: number): void {
    if (this.newest !== version) return;
    for (const span of this.#spans.slice(0, -1)) span.untilMs = Math.min(span.untilMs, nowMs);
  }

  /** The versions that may answer a request that was sent and answered then. */
  possible(sentAtMs: number, answeredAtMs: number): ReadonlySet<number> {
    const met = this.#spans.filter(({ fromMs, untilMs }) => fromMs <= answeredAtMs && untilMs >= sentAtMs);
    return new Set(met.map(({ version }) => version));
  }
}
