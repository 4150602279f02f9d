import type { ServicePlan } from "@virga/deploy";
import type { AwsFacts } from "../aws-facts.ts";
import { TEMPORARY_STORAGE_MB, temporaryStorageMb } from "../temporary-storage.ts";
import { type Check, type Finding, refusal } from "./finding.ts";

/** Whether the function reaches its models, and has room for them. */
export const checkModels: Check = (plan, facts) => [...checkStores(plan), ...checkRoom(plan, facts)];

const TO_S3 =
  "Name the model's file, which is then published to S3, or push it to a registry there: s3://bucket/prefix/name@alias";

function checkStores({ models, aws }: ServicePlan): readonly Finding[] {
  return models.flatMap(({ name, origin }) => {
    const store = origin.kind === "registry" ? origin.store : undefined;
    if (store === undefined || /^s3:/i.test(store)) return [];
    const key = `inference.models.${name}`;
    if (!/^https:/i.test(store)) {
      return [
        refusal(key, `a function on AWS reads models from s3:// or https://, and this one is in ${store}`, TO_S3),
      ];
    }
    if (aws.efs?.create !== true) return [];
    return [
      refusal(key, `with inference.aws.efs: { create: true } the function reaches S3 alone, and not ${store}`, TO_S3),
    ];
  });
}

function checkRoom(plan: ServicePlan, facts: AwsFacts): readonly Finding[] {
  const neededMb = temporaryStorageMb(plan, facts);
  if (neededMb <= TEMPORARY_STORAGE_MB.most) return [];
  return [
    refusal(
      "inference.models",
      `/tmp of a function has at most ${TEMPORARY_STORAGE_MB.most} MB, and two versions of these models, one beside the other while they are swapped, need ${neededMb} MB`,
      "Put the weights on a file system: inference.aws.efs: { create: true }",
    ),
  ];
}
