import { charge } from "../bill/charge.ts";
import { ceilTo, decimal, larger, show, ZERO } from "../decimal/decimal.ts";
import { readRequests } from "./requests.ts";
import { HOURS_PER_DAY, MB_PER_GB, MS_PER_SECOND, type Service } from "./service.ts";

/** Vertex AI online prediction: replicas by the hour while a model is deployed. */
export const vertexOnline: Service = {
  priceId: (_, region, inputs) => `gcp/vertexOnline/${region}/${inputs.text("machineType")}`,
  bill(inputs, price) {
    inputs.text("machineType");
    const replicas = inputs.amount("replicas");
    const hours = inputs.amount("hours");
    const usage = {
      name: "node",
      quantity: replicas.times(hours),
      unit: "node-hour",
      working: `${show(replicas)} × ${show(hours)} h`,
    };
    return charge(usage, price("node"));
  },
};

/** App Engine standard: hours of every class are counted as so many hours of the smallest. */
export const appEngineStandard: Service = {
  priceId: (_, region) => `gcp/appEngineStandard/${region}/F1`,
  bill(inputs, price) {
    inputs.text("instanceClass");
    const instances = inputs.amount("instances");
    const hours = inputs.amount("hours");
    const multiple = inputs.amount("f1Multiple");
    const freePerDay = inputs.optionalAmount("freeF1HoursPerDay") ?? ZERO;
    const free = freePerDay.times(hours).div(HOURS_PER_DAY);
    const working = `${show(instances)} × ${show(hours)} h × ${show(multiple)}`;
    const usage = {
      name: "instance",
      quantity: larger(ZERO, instances.times(hours).times(multiple).minus(free)),
      unit: "F1 instance-hour",
      working: freePerDay.eq(0) ? working : `${working} - ${show(freePerDay)} free a day`,
    };
    return charge(usage, price("instance"));
  },
};

/** The time of an instance of the first generation is rounded up to this. */
const STEP_MS = decimal(100);
const MHZ_PER_GHZ = decimal(1_000);

/** Cloud Functions of the first generation: GHz-seconds, GB-seconds, invocations, egress. */
export const cloudFunctionsGen1: Service = {
  priceId: (role, region) => `gcp/cloudFunctionsGen1/${region}/${role}`,
  bill(inputs, price) {
    const requests = readRequests(inputs);
    const seconds = ceilTo(inputs.amount("durationMs"), STEP_MS).div(MS_PER_SECOND);
    const ghz = inputs.amount("cpuMhz").div(MHZ_PER_GHZ);
    const memoryGb = inputs.amount("memoryMb").div(MB_PER_GB);
    const egressGb = inputs.optionalAmount("egressGb");
    const active = `${show(requests)} requests × ${show(seconds)} s`;
    const usages = [
      {
        name: "cpu",
        quantity: requests.times(seconds).times(ghz),
        unit: "GHz-second",
        working: `${active} × ${show(ghz)} GHz`,
      },
      {
        name: "memory",
        quantity: requests.times(seconds).times(memoryGb),
        unit: "GB-second",
        working: `${active} × ${show(memoryGb)} GB`,
      },
      { name: "invocations", quantity: requests, unit: "invocation", working: `${show(requests)} invocations` },
      ...(egressGb ? [{ name: "egress", quantity: egressGb, unit: "GB", working: `${show(egressGb)} GB` }] : []),
    ];
    return usages.flatMap((usage) => charge(usage, price(usage.name)));
  },
};
