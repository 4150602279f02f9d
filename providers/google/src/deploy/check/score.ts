import { registryBucket, scoreBucket } from "../function-names.ts";
import { MOST_EVENT_SECONDS } from "../function-resource.ts";
import { advice, type Check, rule } from "./finding.ts";

/** What arrives in a bucket is scored once, and nothing that this service writes there. */
export const checkScore: Check = (plan, { project }) => {
  const bucket = scoreBucket(plan);
  if (bucket === undefined) return [];
  return [
    ...rule(bucket === registryBucket(plan, project), {
      key: "inference.google.score",
      rule: `${bucket} holds the service's models, and each file of a model that is published would be scored`,
      wayOut: "Name a bucket that holds no models",
    }),
    ...advice(plan.timeoutSeconds > MOST_EVENT_SECONDS, {
      key: "inference.timeout",
      rule: `an event is given ${MOST_EVENT_SECONDS} s, and ${plan.timeoutSeconds} are asked for`,
      wayOut: `An object is scored within ${MOST_EVENT_SECONDS} s or not at all`,
    }),
  ];
};
