// The provider of `serverless.yml`, picked by `--provider` (aws where nothing is said): Serverless settles the provider
// before it loads plugins, so only the config itself can pick it.
const PROVIDERS = {
  aws: { name: "aws", runtime: "nodejs22.x" },
};

module.exports = () => {
  const name = askedProvider(process.argv) ?? "aws";
  if (!Object.hasOwn(PROVIDERS, name)) {
    throw new Error(`There is no provider ${JSON.stringify(name)}; there is: ${Object.keys(PROVIDERS).join(", ")}.`);
  }
  return PROVIDERS[name];
};

function askedProvider(words) {
  const index = words.findLastIndex((word) => word === "--provider" || word.startsWith("--provider="));
  if (index === -1) return undefined;
  return words[index].split("=")[1] ?? words[index + 1] ?? "";
}
