/** What is wrong: something that was given, or something that the price book does not hold. */
export type CostErrorCode = "INPUT_INVALID" | "PRICE_MISSING";

/** A figure that cannot be given; `field` says which input or price is at fault, and `message` what is allowed. */
export class CostError extends Error {
  override readonly name = "CostError";
  readonly code: CostErrorCode;
  readonly field: string;

  constructor(code: CostErrorCode, field: string, problem: string) {
    super(`${field} ${problem}`);
    this.code = code;
    this.field = field;
  }
}

/** Shorthand for the most frequent error: something that was given cannot stand. */
export function inputInvalid(field: string, problem: string): CostError {
  return new CostError("INPUT_INVALID", field, problem);
}
