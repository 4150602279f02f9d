import type { Component } from "../bill/bill.ts";
import type { Decimal } from "../decimal/decimal.ts";
import type { InputReader } from "../input-reader.ts";
import type { PriceBook } from "../price-book/price-book.ts";
import type { Load } from "../workload/load.ts";

/** What holds for every target of an estimate. */
export interface Settings {
  readonly book: PriceBook;
  /** Whether the free allowances of an account are subtracted. */
  readonly isFree: boolean;
  readonly maxUtilization: Decimal;
}

/** What serving a load on a target takes. */
export interface Plan {
  /** Such as `Lambda x64, 2048 MB`. */
  readonly name: string;
  readonly memoryMb: Decimal;
  /** Instances that exist at the peak; absent where nobody sees them. */
  readonly instances?: Decimal;
  readonly components: readonly Component[];
  /** Rules of the platform that are broken, each with its way out; the target is not possible if there is any. */
  readonly problems: readonly string[];
  readonly assumptions: readonly string[];
  readonly warnings: readonly string[];
  readonly notPriced: readonly string[];
}

/** Plans one product. */
export type Planner = (target: InputReader, region: string, load: Load, settings: Settings) => Plan;
