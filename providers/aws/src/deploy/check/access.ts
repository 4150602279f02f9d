import { lambdaEnvironment } from "../lambda-function.ts";
import { type Check, refusal } from "./finding.ts";

const LEAST_KEY_CHARACTERS = 32;
/** Of all names and values together. Source: Lambda quotas. */
const MOST_ENVIRONMENT_BYTES = 4_096;

/** The key of a service that asks for one, and the variables that carry its digest. */
export const checkAccess: Check = (plan, facts) => {
  const findings = [];
  const { apiKeySha256, apiKeyLength = LEAST_KEY_CHARACTERS } = facts;
  if (plan.access === "api-key" && apiKeySha256 === undefined) {
    findings.push(
      refusal(
        "inference.access",
        "api-key needs a key, and there is none",
        `Set the environment variable VIRGA_API_KEY to at least ${LEAST_KEY_CHARACTERS} random characters, such as \`openssl rand -hex 32\` gives`,
      ),
    );
  } else if (plan.access === "api-key" && apiKeyLength < LEAST_KEY_CHARACTERS) {
    findings.push(
      refusal(
        "inference.access",
        `the API key in VIRGA_API_KEY has ${apiKeyLength} characters, which can be guessed`,
        `Use at least ${LEAST_KEY_CHARACTERS} random ones, such as \`openssl rand -hex 32\` gives`,
      ),
    );
  }
  const variables = { ...facts.environment, ...lambdaEnvironment(plan, facts) };
  const bytes = Buffer.byteLength(
    Object.entries(variables)
      .map(([name, value]) => name + (typeof value === "string" ? value : JSON.stringify(value)))
      .join(""),
  );
  if (bytes > MOST_ENVIRONMENT_BYTES) {
    findings.push(
      refusal(
        "provider.environment",
        `a function's environment has ${MOST_ENVIRONMENT_BYTES} bytes at most, and these variables have ${bytes}`,
        "Keep long values elsewhere, such as in S3 or Parameter Store",
      ),
    );
  }
  return findings;
};
