import type { ServicePlan } from "@virga/deploy";
import type { AwsFacts } from "../aws-facts.ts";
import { placeOf } from "../registry-place.ts";
import { TEMPORARY_STORAGE_MB, temporaryStorageMb } from "../temporary-storage.ts";
import { type Check, type Finding, refusal } from "./finding.ts";

/** Whether the function reaches its models, and has room for them. */
export const checkModels: Check = (plan, facts) => [...checkStores(plan, facts), ...checkRoom(plan, facts)];

function checkStores(plan: ServicePlan, facts: AwsFacts): readonly Finding[] {
  return plan.models
    .filter((model) => placeOf(model, plan, facts) === undefined)
    .map(({ name, origin }) =>
      refusal(
        `inference.models.${name}`,
        `a function on AWS may read models from S3, and this one is in ${origin.kind === "registry" ? origin.store : origin.path}`,
        "Name the model's file, which is then published to S3, or push it to a registry there: s3://bucket/prefix/name@alias",
      ),
    );
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
