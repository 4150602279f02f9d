import { registryKeys } from "@virga/core/weights";
import type { ServicePlan } from "@virga/deploy";
import type { AwsFacts } from "./aws-facts.ts";
import { type IamStatement, substitute } from "./cloud-formation.ts";
import { placeOf, type RegistryPlace } from "./registry-place.ts";

/** Lets the function read what it serves: of each model one alias or version, and the files of its versions. */
export function readStatements(plan: ServicePlan, facts: AwsFacts): readonly IamStatement[] {
  const places = plan.models.map((model) => placeOf(model, plan, facts)).filter((place) => place !== undefined);
  const objects = new Set(places.flatMap(objectsOf));
  if (objects.size === 0) return [];
  const Resource = [...objects].map((object) => substitute(`arn:\${AWS::Partition}:s3:::${object}`));
  return [{ Effect: "Allow", Action: ["s3:GetObject"], Resource }];
}

function objectsOf({ bucket, prefix, registryName, reference }: RegistryPlace): readonly string[] {
  const pointer = /^\d+$/.test(reference)
    ? registryKeys.version(registryName, Number(reference))
    : registryKeys.alias(registryName, reference);
  return [pointer, `${registryKeys.blobs(registryName)}*`].map((key) => `${bucket}/${prefix}${key}`);
}
