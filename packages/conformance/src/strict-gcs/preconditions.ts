import { GcsRefusal } from "./refusal.ts";

/** Query parameters of the JSON API that make a request depend on the object's state. */
export const PRECONDITIONS = [
  "ifGenerationMatch",
  "ifGenerationNotMatch",
  "ifMetagenerationMatch",
  "ifMetagenerationNotMatch",
] as const;

/** Which state of an object is there. */
interface ObjectState {
  readonly generation: number;
  readonly metageneration: number;
}

export type Preconditions = Readonly<Partial<Record<(typeof PRECONDITIONS)[number], number>>>;

/** The preconditions among named values. @throws GcsRefusal `invalid` for one that is no number. */
export function readPreconditions(read: (name: string) => string | undefined): Preconditions {
  return Object.fromEntries(
    PRECONDITIONS.flatMap((name) => {
      const text = read(name);
      return text === undefined ? [] : [[name, toWholeNumber(name, text)]];
    }),
  );
}

/** @throws GcsRefusal `invalid` for what is no whole number. */
export function toWholeNumber(name: string, text: string): number {
  if (!/^\d{1,16}$/.test(text)) throw new GcsRefusal("invalid", `Invalid value for ${name}: ${text}`);
  return Number(text);
}

/**
 * Lets pass what fits the state of the live object. Source: Cloud Storage, "Request preconditions", and the parameters
 * of `objects: insert` (a "not match" fails where there is no object; 0 stands for no object).
 *
 * @throws GcsRefusal `conditionNotMet`, or `notModified` for a read that does not want the state that is there.
 */
export function checkPreconditions(asked: Preconditions, live: ObjectState | undefined, kind: "read" | "write"): void {
  if (isOther(asked, live)) throw new GcsRefusal("conditionNotMet", UNMET);
  if (isWanted(asked, live)) return;
  throw kind === "read" ? new GcsRefusal("notModified", "Not Modified") : new GcsRefusal("conditionNotMet", UNMET);
}

const UNMET = "At least one of the pre-conditions you specified did not hold.";

function isOther({ ifGenerationMatch, ifMetagenerationMatch }: Preconditions, live: ObjectState | undefined): boolean {
  const { generation, metageneration } = live ?? { generation: 0, metageneration: 0 };
  return (
    (ifGenerationMatch ?? generation) !== generation || (ifMetagenerationMatch ?? metageneration) !== metageneration
  );
}

function isWanted(
  { ifGenerationNotMatch, ifMetagenerationNotMatch }: Preconditions,
  live: ObjectState | undefined,
): boolean {
  if (live === undefined) return ifGenerationNotMatch === undefined && ifMetagenerationNotMatch === undefined;
  return ifGenerationNotMatch !== live.generation && ifMetagenerationNotMatch !== live.metageneration;
}
