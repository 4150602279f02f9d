import { charge } from "../bill/charge.ts";
import { show } from "../decimal/decimal.ts";
import type { Service } from "./service.ts";

/** EC2: instances by the hour, their disks, public addresses, and CPU above the baseline of a T type. */
export const ec2: Service = {
  priceId(role, region, inputs) {
    if (role === "publicIpv4") return "aws/ec2/global/publicIpv4";
    const items: Readonly<Record<string, string>> = { disk: "gp3", surplus: "t3.unlimitedSurplus" };
    return `aws/ec2/${region}/${items[role] ?? inputs.text("instanceType")}`;
  },
  bill(inputs, price) {
    inputs.text("instanceType");
    const count = inputs.amount("count");
    const hours = inputs.amount("hours");
    const diskGb = inputs.optionalAmount("gp3Gb");
    const addresses = inputs.optionalAmount("publicIpv4");
    const surplus = inputs.optionalAmount("surplusVcpuHours");
    const usages = [
      {
        name: "instance",
        quantity: count.times(hours),
        unit: "instance-hour",
        working: `${show(count)} × ${show(hours)} h`,
      },
      ...(diskGb ? [{ name: "disk", quantity: diskGb, unit: "GB-month", working: `${show(diskGb)} GB-month` }] : []),
      ...(addresses
        ? [
            {
              name: "publicIpv4",
              quantity: addresses.times(hours),
              unit: "address-hour",
              working: `${show(addresses)} × ${show(hours)} h`,
            },
          ]
        : []),
      ...(surplus
        ? [{ name: "surplus", quantity: surplus, unit: "vCPU-hour", working: `${show(surplus)} vCPU-hour` }]
        : []),
    ];
    return usages.flatMap((usage) => charge(usage, price(usage.name)));
  },
};
