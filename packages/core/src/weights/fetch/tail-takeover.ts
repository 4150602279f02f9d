/** A part that is being fetched, as far as its speed matters. */
export interface RunningPart {
  readonly missingBytes: number;
  readonly bytesPerMs: number;
}

/** What a connection that has nothing to do may count on. */
export interface FreeConnection {
  readonly bytesPerMs: number;
  /** From a request to its first byte. */
  readonly latencyMs: number;
}

/** Less than this is not worth a request. */
const LEAST_GAIN_MS = 30;
/** A whole part changes hands only where its connection is this much slower: its request was paid for already. */
const SLOWNESS = 2;
const LEAST_HANDOVER_GAIN_MS = 100;

/** How many bytes from its end a free connection should take off a part, so that both finish together; 0 for none. */
export function tailBytes(part: RunningPart, free: FreeConnection): number {
  if (free.bytesPerMs <= 0) return 0;
  if (part.bytesPerMs <= 0) return part.missingBytes;
  const alone = part.missingBytes / part.bytesPerMs;
  const share = free.bytesPerMs / (part.bytesPerMs + free.bytesPerMs);
  const tail = (alone - free.latencyMs) * part.bytesPerMs * share;
  return tail / part.bytesPerMs < LEAST_GAIN_MS ? 0 : tail;
}

/** Whether a free connection would end a whole part much sooner than the one that is at it. */
export function shouldHandOver(part: RunningPart, free: FreeConnection): boolean {
  if (free.bytesPerMs <= 0) return false;
  const alone = part.bytesPerMs <= 0 ? Number.POSITIVE_INFINITY : part.missingBytes / part.bytesPerMs;
  const other = free.latencyMs + part.missingBytes / free.bytesPerMs;
  return alone > other * SLOWNESS && alone - other > LEAST_HANDOVER_GAIN_MS;
}

/** A part that is being fetched, with its history. */
export interface MeasuredPart extends RunningPart {
  readonly part: { readonly handovers: number };
  readonly ageMs: number;
  readonly latencyMs: number | undefined;
  readonly meanBytesPerMs: number;
}

/** What has not begun to come is given up no sooner than this, and later each time that it was for nothing. */
const PATIENCE_MS = 150;
const PATIENCE_LATENCIES = 4;
/** From here on a speed is one. */
const LEAST_MEASURED_MS = 40;

/** Whether a part has had enough time for its connection to be taken from it. */
export function hadItsTime({ ageMs, part }: MeasuredPart, { latencyMs }: FreeConnection): boolean {
  return ageMs > Math.max(PATIENCE_MS, latencyMs * PATIENCE_LATENCIES) * 2 ** part.handovers;
}

/** The part that will take longest, among those whose speed is known. */
export function findSlowest<Candidate extends MeasuredPart>(
  running: readonly Candidate[],
  free: FreeConnection,
): Candidate | undefined {
  const leftMs = ({ missingBytes, bytesPerMs }: Candidate): number => missingBytes / Math.max(bytesPerMs, 1e-9);
  const judged = running.filter((candidate) => {
    const { ageMs, latencyMs, bytesPerMs } = candidate;
    const measured = latencyMs !== undefined && bytesPerMs > 0 && ageMs - latencyMs > LEAST_MEASURED_MS;
    return measured || hadItsTime(candidate, free);
  });
  return judged.sort((one, other) => leftMs(other) - leftMs(one))[0];
}

const REMEMBERED = 8;

/** What connections have reached lately. */
export class Pace {
  #past: FreeConnection[] = [];

  remember({ meanBytesPerMs, latencyMs }: MeasuredPart): void {
    if (latencyMs === undefined || meanBytesPerMs === 0) return;
    this.#past = [...this.#past, { bytesPerMs: meanBytesPerMs, latencyMs }].slice(-REMEMBERED);
  }

  /** What the next connection may count on: the middle of what others reach and reached. */
  expect(running: readonly MeasuredPart[]): FreeConnection | undefined {
    const known = [...this.#past];
    for (const { bytesPerMs, latencyMs } of running) {
      if (latencyMs !== undefined && bytesPerMs > 0) known.push({ bytesPerMs, latencyMs });
    }
    if (known.length === 0) return undefined;
    return {
      bytesPerMs: median(known.map(({ bytesPerMs }) => bytesPerMs)),
      latencyMs: median(known.map(({ latencyMs }) => latencyMs)),
    };
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;
}
