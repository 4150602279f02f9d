import { billComponents, isPriceMissing } from "./bill/bill.ts";
import type { Charge } from "./bill/charge.ts";
import { type Line, toLine } from "./bill/line.ts";
import { inputInvalid } from "./cost-error.ts";
import { type Decimal, type DecimalInput, decimal, ONE, parseDecimal, sum, write } from "./decimal/decimal.ts";
import { addUp, ROUNDING_MODES, type RoundingMode } from "./decimal/rounding.ts";
import { readInputs } from "./input-reader.ts";
import type { PriceBook } from "./price-book/price-book.ts";
import { priceWarnings } from "./price-book/price-warnings.ts";
import type { Plan } from "./targets/plan.ts";
import { PLANNERS, PRODUCTS } from "./targets/planners.ts";
import type { Product, Target } from "./targets/target.ts";
import { readLoad } from "./workload/load.ts";
import type { Workload } from "./workload/workload.ts";

/** What does not depend on the workload or the target. */
export interface EstimateOptions {
  /** `exact` where absent. */
  readonly rounding?: RoundingMode;
  /** Whether free allowances are subtracted, as for an account that uses them for nothing else; not where absent. */
  readonly freeTier?: boolean;
  /** 730 where absent; others count 720 or 744. */
  readonly hoursPerMonth?: DecimalInput;
  /** Highest share of its time in which an instance is busy; 0.7 where absent. */
  readonly maxUtilization?: DecimalInput;
  /** The day, such as `2026-11-22`, on which prices are called old or not; today where absent. */
  readonly today?: string;
}

interface Described {
  readonly product: Product;
  readonly name: string;
  readonly region: string;
  /** Memory of one instance in MB. */
  readonly memoryMb: string;
  readonly assumptions: readonly string[];
  readonly warnings: readonly string[];
  /** What is used and not in the figure. */
  readonly notPriced: readonly string[];
}

/** What a month costs; amounts are decimal strings. */
export interface PossibleEstimate extends Described {
  readonly isPossible: true;
  readonly currency: string;
  readonly lines: readonly Line[];
  /** In cents, by the chosen way of rounding. */
  readonly total: string;
  readonly rounding: RoundingMode;
  /** Not rounded. */
  readonly exactTotal: string;
  /** Cost per million requests in cents; absent without a request. */
  readonly perMillion?: string;
  /** What a month without a single request costs. */
  readonly idle: string;
  /** Instances at the peak, where they are counted. */
  readonly instances?: string;
}

/** A target that cannot serve the workload, or has no price. */
export interface ImpossibleEstimate extends Described {
  readonly isPossible: false;
  readonly problems: readonly string[];
}

/** What a target costs, or why it cannot be had. */
export type Estimate = PossibleEstimate | ImpossibleEstimate;

const DEFAULT_HOURS = decimal(730);
const DEFAULT_UTILIZATION = decimal("0.7");
const MILLION = decimal(1_000_000);

/**
 * What a workload costs on a target in one month.
 *
 * @throws CostError `INPUT_INVALID` naming the field of the workload, the target or the options.
 */
export function estimate(workload: Workload, target: Target, book: PriceBook, options: EstimateOptions = {}): Estimate {
  const rounding = readRounding(options.rounding);
  const { product, region, plan } = planOn(workload, target, book, options);
  const { name, memoryMb, assumptions, notPriced } = plan;
  const described = { product, name, region, memoryMb: write(memoryMb), assumptions, notPriced };
  const billed = plan.problems.length === 0 ? billOrProblem(plan, book) : { problems: plan.problems };
  if (billed.charges === undefined) {
    return { ...described, isPossible: false, problems: billed.problems, warnings: plan.warnings };
  }
  const { charges } = billed;
  const amounts = charges.map(({ amount }) => amount);
  const exact = sum(amounts);
  const requests = parseDecimal(workload.requests, "workload.requests");
  const resting = planOn({ ...workload, requests: 0 }, target, book, options).plan;
  return {
    ...described,
    isPossible: true,
    currency: charges[0]?.currency ?? "USD",
    lines: charges.map(toLine),
    total: addUp(amounts, rounding),
    rounding,
    exactTotal: write(exact),
    ...(requests.eq(0) ? {} : { perMillion: exact.div(requests).times(MILLION).toFixed(2) }),
    idle: addUp(
      billComponents(resting.components, book).map(({ amount }) => amount),
      rounding,
    ),
    ...(plan.instances === undefined ? {} : { instances: write(plan.instances) }),
    warnings: [...plan.warnings, ...priceWarnings(charges, options.today)],
  };
}

/** The exact total alone; nothing where the target cannot serve the workload. @throws CostError as `estimate` does. */
export function exactTotal(
  workload: Workload,
  target: Target,
  book: PriceBook,
  options: EstimateOptions,
): Decimal | undefined {
  const { plan } = planOn(workload, target, book, options);
  if (plan.problems.length > 0) return undefined;
  const { charges } = billOrProblem(plan, book);
  return charges && sum(charges.map(({ amount }) => amount));
}

function readRounding(rounding: RoundingMode = "exact"): RoundingMode {
  if (ROUNDING_MODES.includes(rounding)) return rounding;
  throw inputInvalid("options.rounding", `must be one of ${ROUNDING_MODES.join(", ")}.`);
}

interface PlannedTarget {
  readonly product: Product;
  readonly region: string;
  readonly plan: Plan;
}

function planOn(workload: Workload, target: Target, book: PriceBook, options: EstimateOptions): PlannedTarget {
  const inputs = readInputs(target, "target");
  const product = inputs.choice("product", PRODUCTS);
  const region = inputs.text("region");
  const durationMs = inputs.has("durationMs") ? inputs.amount("durationMs").toFixed() : workload.durationMs;
  const hours = optionOf(options.hoursPerMonth, "hoursPerMonth", DEFAULT_HOURS);
  const load = readLoad({ ...workload, durationMs }, hours);
  const maxUtilization = optionOf(options.maxUtilization, "maxUtilization", DEFAULT_UTILIZATION);
  if (maxUtilization.gt(ONE)) throw inputInvalid("options.maxUtilization", "is a share, above 0 and at most 1.");
  const plan = PLANNERS[product](inputs, region, load, { book, isFree: options.freeTier === true, maxUtilization });
  inputs.finish();
  return { product, region, plan };
}

function optionOf(given: DecimalInput | undefined, name: string, fallback: Decimal): Decimal {
  if (given === undefined) return fallback;
  const value = parseDecimal(given, `options.${name}`);
  if (value.eq(0)) throw inputInvalid(`options.${name}`, "must be above 0.");
  return value;
}

type Billed =
  | { readonly charges: readonly Charge[]; readonly problems?: never }
  | { readonly problems: readonly string[]; readonly charges?: never };

/** A price that the book lacks makes a target impossible to compare, which is no error of the comparison. */
function billOrProblem({ components }: Plan, book: PriceBook): Billed {
  try {
    return { charges: billComponents(components, book) };
  } catch (error) {
    if (isPriceMissing(error)) return { problems: [error.message] };
    throw error;
  }
}
