import { functionEnvironment } from "../function-resource.ts";
import { type Check, rule } from "./finding.ts";

const MOST_ENVIRONMENT_BYTES = 32_768;
/** Source: Cloud Run functions, "Reserved environment variables". */
const RESERVED = /^(FUNCTION_TARGET|FUNCTION_SIGNATURE_TYPE|K_SERVICE|K_REVISION|K_CONFIGURATION|PORT)$/;

/** The key of a service that asks for one, and the variables of its functions. */
export const checkAccess: Check = (plan, facts) => {
  const variables = Object.entries(functionEnvironment(plan, facts));
  const bytes = Buffer.byteLength(variables.map(([name, value]) => name + value).join(""));
  const reserved = Object.keys(facts.environment ?? {}).filter((name) => RESERVED.test(name));
  return [
    ...rule(plan.access === "api-key" && facts.apiKeySha256 === undefined, {
      key: "inference.access",
      rule: "api-key needs a key, and there is none",
      wayOut: "Set the environment variable VIRGA_API_KEY to a secret such as `openssl rand -hex 32` gives",
    }),
    ...rule(bytes > MOST_ENVIRONMENT_BYTES, {
      key: "provider.environment",
      rule: `a function's environment has ${MOST_ENVIRONMENT_BYTES} bytes at most, and these variables have ${bytes}`,
      wayOut: "Keep long values elsewhere, such as in Secret Manager",
    }),
    ...rule(reserved.length > 0, {
      key: "provider.environment",
      rule: `${reserved.join(", ")} is set by Google itself`,
      wayOut: "Choose another name",
    }),
  ];
};
