// The provider of `serverless.yml`, picked by `--provider` (aws where nothing is said): Serverless settles the provider
// before it loads plugins, so only the config itself can pick it.
const { AWS_REGION, AWS_DEFAULT_REGION } = process.env;
const region = AWS_REGION || AWS_DEFAULT_REGION;

const PROVIDERS = {
  aws: { name: "aws", runtime: "nodejs24.x", ...(region && { region }) },
  google: { name: "google", runtime: "nodejs22" },
};

module.exports = () => {
  const name = askedProvider(process.argv) ?? "aws";
  if (Object.hasOwn(PROVIDERS, name)) return PROVIDERS[name];
  const there = `There is: ${Object.keys(PROVIDERS).join(", ")}.`;
  const message = `There is no provider ${JSON.stringify(name)}. ${there}`;
  // The framework prints the stack, of which nobody would learn anything.
  throw Object.assign(new Error(message), { stack: message });
};

function askedProvider(words) {
  const index = words.findLastIndex((word) => word === "--provider" || word.startsWith("--provider="));
  if (index === -1) return undefined;
  return words[index].split("=")[1] ?? words[index + 1] ?? "";
}
