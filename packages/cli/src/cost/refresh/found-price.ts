/** A price as a provider's file states it. */
export interface FoundPrice {
  readonly id: string;
  /** Decimal string. */
  readonly price: string;
  /** Where there is more than one band. */
  readonly tiers?: readonly { readonly upTo: string | null; readonly price: string }[];
}

/** What a saved file says of the items of a book. */
export interface PriceFileFindings {
  readonly found: readonly FoundPrice[];
  /** Items that the file should hold and does not. */
  readonly missing: readonly string[];
  readonly source: { readonly id: string; readonly name: string; readonly asOf: string };
}
