import { FUNCTION_KEY } from "../lambda-function.ts";
import type { Check } from "./finding.ts";
import { refusal } from "./finding.ts";

/** Characters in the name of a function or a role. Source: Lambda and IAM API references. */
const MOST_CHARACTERS = 64;
/** What the Serverless Framework takes where nothing is said. */
const DEFAULT_REGION = "us-east-1";
/** Such as `us-east-1`, `us-gov-west-1`, `eusc-de-east-1`. */
const REGION = /^[a-z]{2,4}(?:-[a-z]+){1,2}-\d{1,2}$/;
/** Source: S3 user guide, "Bucket naming rules". */
const BUCKET = /^(?!xn--)(?!.*\.\.)(?!\d+\.\d+\.\d+\.\d+$)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/** Names that AWS makes of the config, and names of AWS in it. */
export const checkNames: Check = ({ service, stage, aws }, { namesRole = false }) => {
  const region = aws.region ?? DEFAULT_REGION;
  const role = {
    what: "The role's name",
    name: `${service}-${stage}-${region}-lambdaRole`,
    other: ", or name the role: provider.iam.role.name",
  };
  const made = [
    { what: "The function's name", name: `${service}-${stage}-${FUNCTION_KEY}`, other: "" },
    ...(namesRole ? [] : [role]),
  ];
  const tooLong = made
    .filter(({ name }) => name.length > MOST_CHARACTERS)
    .map(({ what, name, other }) =>
      refusal(
        "service",
        `${what} ${name} has ${name.length} characters, and AWS takes ${MOST_CHARACTERS}`,
        `Shorten the service's name or the stage's by ${name.length - MOST_CHARACTERS}${other}`,
      ),
    );
  const wrongRegion = REGION.test(region)
    ? []
    : [refusal("inference.aws.region", `${region} does not look like a region`, "Write one such as us-east-1")];
  const { bucket } = aws;
  const wrongBucket =
    bucket === undefined || BUCKET.test(bucket)
      ? []
      : [
          refusal(
            "inference.aws.bucket",
            `${bucket} is no name of a bucket`,
            "Write its name alone: 3 to 63 lower-case letters, digits, dots and hyphens",
          ),
        ];
  return [...tooLong, ...wrongRegion, ...wrongBucket];
};
