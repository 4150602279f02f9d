import { InferenceError } from "@virga/core";
import type { CommandOptions, Serverless } from "./serverless.ts";

interface DeclaredOption {
  readonly usage: string;
  readonly type: "string";
}

interface DeclaredCommand {
  readonly options: Readonly<Record<"provider" | "target", DeclaredOption>>;
  readonly commands?: Readonly<Record<string, DeclaredCommand>>;
}

const COMMAND_NAMES = ["package", "remove", "info", "invoke", "logs"] as const;

/** Where a service can run, by provider. */
const TARGETS: Readonly<Record<string, readonly string[]>> = { aws: ["lambda"] };

const OPTIONS: DeclaredCommand["options"] = {
  provider: { usage: "The cloud: aws", type: "string" },
  target: { usage: "The product of that cloud: lambda", type: "string" },
};

/** The framework's own commands with the options that this plugin adds to them. */
export const COMMANDS: Readonly<Record<string, DeclaredCommand>> = {
  ...Object.fromEntries(COMMAND_NAMES.map((name) => [name, { options: OPTIONS }])),
  deploy: { options: OPTIONS, commands: { function: { options: OPTIONS } } },
};

/** @throws InferenceError `CONFIG_INVALID` for a provider that the config does not follow and for an unknown target. */
export function checkOptions({ service }: Serverless, { provider, target }: CommandOptions): void {
  const { name } = service.provider;
  const targets = TARGETS[name];
  if (provider !== undefined && provider !== name) {
    throw invalid(
      `--provider ${provider} was asked for, but the config's provider is ${name} whatever the command line says. Let it follow: write \`provider: \${file(node_modules/serverless-virga/provider.cjs)}\`.`,
    );
  }
  if (targets === undefined) {
    throw invalid(
      `inference: cannot be deployed to the provider ${name}; there is: ${Object.keys(TARGETS).join(", ")}.`,
    );
  }
  if (target !== undefined && !targets.includes(target)) {
    throw invalid(`There is no target ${JSON.stringify(target)} of ${name}; there is: ${targets.join(", ")}.`);
  }
}

function invalid(message: string): InferenceError {
  return new InferenceError("CONFIG_INVALID", message);
}
