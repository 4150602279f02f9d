/** Enough to meet inputs of several kinds; each joins several requests and one that nobody sent. */
const AGREEMENTS_FOR_TRUST = 3;
/** Runs after which trust is tested again: doubled each time up to the most, where it costs less than 1 %. */
const FIRST_PAUSE_RUNS = 16;
const LONGEST_PAUSE_RUNS = 512;
const FAILURES_FOR_REFUSAL = 3;

/**
 * Whether one session's requests may be joined: a free first dimension is not always a batch, as with a softmax over it
 * or a quantisation by the range of the whole tensor.
 *
 * Joining is trusted after several comparisons of answers given alone with those given joined; one disagreement, even
 * later, refuses it for good.
 */
export class BatchProof {
  #agreements = 0;
  #pauseRuns = 0;
  #runsUntilComparison = 0;
  #failures = 0;
  #refusal: string | undefined;

  /** Why requests of this session are not joined, for the log; absent as long as they may be. */
  get refusal(): string | undefined {
    return this.#refusal;
  }

  get isTrusted(): boolean {
    return this.#refusal === undefined && this.#agreements >= AGREEMENTS_FOR_TRUST;
  }

  /** Decides how several requests that could be joined now are run, and counts that run. */
  nextRun(): "alone" | "compared" | "joined" {
    if (this.#refusal !== undefined) return "alone";
    if (this.#runsUntilComparison === 0) return "compared";
    this.#runsUntilComparison -= 1;
    return this.isTrusted ? "joined" : "alone";
  }

  /** Whether a comparison may contain inputs that nobody sent: not where the model may have refused them. */
  get takesStrangers(): boolean {
    return this.#failures === 0;
  }

  /** Learns that answers agreed; `isTelling` where the joined inputs differed. */
  agreed(isTelling: boolean): void {
    if (isTelling) this.#agreements += 1;
    if (!isTelling || this.isTrusted) this.#pause();
  }

  /** Learns that an answer given joined was another than the one given alone. */
  disagreed(problem: string): void {
    this.#refusal ??= `joined with others, ${problem}`;
  }

  /** Learns that a joined run failed of whose requests each succeeded alone. */
  joinedFailed(reason: string): void {
    this.#failures += 1;
    if (this.#failures >= FAILURES_FOR_REFUSAL) this.#refusal ??= `runs of joined requests fail: ${reason}`;
  }

  /** Learns that a comparison came to nothing, as when a worker was lost. */
  undecided(): void {
    this.#pause();
  }

  #pause(): void {
    this.#pauseRuns = Math.min(Math.max(2 * this.#pauseRuns, FIRST_PAUSE_RUNS), LONGEST_PAUSE_RUNS);
    this.#runsUntilComparison = this.#pauseRuns;
  }
}
