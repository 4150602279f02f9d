import { functionName, scoreBucket } from "../function-names.ts";
import { type Check, rule } from "./finding.ts";

const MOST_NAME_CHARACTERS = 63;
const NAME = /^[a-z]([a-z0-9-]*[a-z0-9])?$/;
const REGION = /^[a-z]+-[a-z]+\d+$/;
const PROJECT = /^([a-z0-9.-]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]$/;
/** Source: Cloud Storage, "Bucket name requirements". */
const BUCKET = /^(?!goog)(?!.*google)(?!.*\.\.)(?!\d+\.\d+\.\d+\.\d+$)[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$/;

/** Names that Google makes of the config, and names of Google in it. */
export const checkNames: Check = (plan, { project }) => {
  const name = functionName(plan);
  const { region, bucket } = plan.google;
  const inbox = scoreBucket(plan);
  return [
    ...rule(name.length > MOST_NAME_CHARACTERS, {
      key: "service",
      rule: `the function's name ${name} has ${name.length} characters, and Google takes ${MOST_NAME_CHARACTERS}`,
      wayOut: `Shorten the service's name or the stage's by ${name.length - MOST_NAME_CHARACTERS}`,
    }),
    ...rule(!NAME.test(name), {
      key: "service",
      rule: `the function's name ${name} has to begin with a letter and to hold letters, digits and hyphens alone`,
      wayOut: "Write such a name for the service and the stage",
    }),
    ...rule(!PROJECT.test(project), {
      key: "inference.google.project",
      rule: `${project} is no id of a project`,
      wayOut: "Write the id, not the name: `gcloud projects list` shows both",
    }),
    ...rule(region !== undefined && !REGION.test(region), {
      key: "inference.google.region",
      rule: `${region} does not look like a region`,
      wayOut: "Write one such as us-central1",
    }),
    ...rule(bucket !== undefined && !BUCKET.test(bucket), {
      key: "inference.google.bucket",
      rule: `${bucket} is no name of a bucket`,
      wayOut: "Write its name alone: 3 to 63 lower-case letters, digits, dots, hyphens and underscores",
    }),
    ...rule(inbox !== undefined && !BUCKET.test(inbox), {
      key: "inference.google.score",
      rule: `${inbox} is no name of a bucket`,
      wayOut: "Write gs:// and its name, and a folder in it if need be",
    }),
  ];
};
