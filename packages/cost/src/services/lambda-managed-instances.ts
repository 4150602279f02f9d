import { charge } from "../bill/charge.ts";
import { show } from "../decimal/decimal.ts";
import type { Service } from "./service.ts";

/** Lambda on EC2 instances of one's own: no duration is billed, but a fee on the on-demand price of the instance. */
export const lambdaManagedInstances: Service = {
  priceId(role, region, inputs) {
    if (role === "requests") return `aws/lambda/${region}/requests`;
    if (role === "managementFee") return `aws/lambda/${region}/managedInstances.fee`;
    return `aws/ec2/${region}/${inputs.text("instanceType")}`;
  },
  bill(inputs, price) {
    inputs.text("instanceType");
    const requests = inputs.amount("requests");
    const hours = inputs.amount("instanceHours");
    const fee = price("managementFee");
    const onDemand = price("ec2OnDemand").bands[0].price;
    const feePerHour = { ...fee, bands: [{ price: fee.bands[0].price.times(onDemand) }] as const };
    const instances = { quantity: hours, unit: "instance-hour", working: `${show(hours)} instance-hours` };
    return [
      ...charge(
        { name: "requests", quantity: requests, unit: "request", working: `${show(requests)} requests` },
        price("requests"),
      ),
      ...charge({ name: "ec2", ...instances }, price("ec2Effective")),
      ...charge({ name: "managementFee", ...instances }, feePerHour),
    ];
  },
};
