import { type Check, rule } from "./finding.ts";

/** Whether the function reaches its models. */
export const checkModels: Check = ({ models }) =>
  models.flatMap(({ name, origin }) =>
    rule(origin.kind === "registry" && origin.store !== undefined && !/^(gs|https):\/\//i.test(origin.store), {
      key: `inference.models.${name}`,
      rule: `a function on Google Cloud reads models from gs:// and https://, and this one is in ${origin.kind === "registry" ? origin.store : origin.path}`,
      wayOut: "Name the model's file, which is then published, or push it to a registry: gs://bucket/prefix/name@alias",
    }),
  );
