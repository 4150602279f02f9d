import { type Charge, charge } from "../bill/charge.ts";
import { type Decimal, larger, show, sum, ZERO } from "../decimal/decimal.ts";
import type { InputReader } from "../input-reader.ts";
import type { PriceOfRole } from "./service.ts";

interface FunctionFacts {
  readonly requests: Decimal;
  readonly memoryGb: Decimal;
}

/** What only some functions use: streamed answers, SnapStart, isolation of tenants. */
export function billExtras(inputs: InputReader, facts: FunctionFacts, price: PriceOfRole): Charge[] {
  return [
    ...(inputs.has("streaming") ? billStreaming(inputs.group("streaming"), price) : []),
    ...(inputs.has("snapStart") ? billSnapStart(inputs.group("snapStart"), facts, price) : []),
    ...(inputs.has("tenantIsolation") ? billTenants(inputs.group("tenantIsolation"), facts, price) : []),
  ];
}

/** Bytes above 6 MB of each answer, and above the month's allowance. */
function billStreaming(inputs: InputReader, price: PriceOfRole): Charge[] {
  const freeMb = inputs.amount("freeMbPerRequest");
  const mbPerGb = inputs.amount("mbPerGb");
  const classes = inputs.list("classes").map((each) => ({ requests: each.amount("requests"), mb: each.amount("mb") }));
  const streamedMb = sum(classes.map(({ requests, mb }) => requests.times(larger(ZERO, mb.minus(freeMb)))));
  const parts = classes.map(({ requests, mb }) => `${show(requests)} × (${show(mb)} - ${show(freeMb)} MB)`);
  const usage = {
    name: "streaming",
    quantity: larger(ZERO, streamedMb.div(mbPerGb).minus(inputs.amount("freeGbLeft"))),
    unit: "GB",
    working: `(${parts.join(" + ")}, none below 0) / ${show(mbPerGb)}`,
  };
  return charge(usage, price("streaming"));
}

/** A snapshot is billed while its version exists, and each time that one is restored. */
function billSnapStart(inputs: InputReader, { requests, memoryGb }: FunctionFacts, price: PriceOfRole): Charge[] {
  const versions = inputs.amount("versions");
  const activeSeconds = inputs.amount("activeSeconds");
  const restores = requests.times(inputs.share("restoreRate"));
  return [
    ...charge(
      {
        name: "snapStartCache",
        quantity: versions.times(activeSeconds).times(memoryGb),
        unit: "GB-second",
        working: `${show(versions)} versions × ${show(activeSeconds)} s × ${show(memoryGb)} GB`,
      },
      price("snapStartCache"),
    ),
    ...charge(
      {
        name: "snapStartRestore",
        quantity: restores.times(memoryGb),
        unit: "GB",
        working: `${show(restores)} restores × ${show(memoryGb)} GB`,
      },
      price("snapStartRestore"),
    ),
  ];
}

function billTenants(inputs: InputReader, { memoryGb }: FunctionFacts, price: PriceOfRole): Charge[] {
  const created = inputs.amount("environmentsCreated");
  const usage = {
    name: "tenantIsolation",
    quantity: created.times(memoryGb),
    unit: "GB",
    working: `${show(created)} environments × ${show(memoryGb)} GB`,
  };
  return charge(usage, price("tenantIsolation"));
}
