import { InferenceError } from "@virga/core";
import type { CommandOptions, Serverless } from "./serverless.ts";

interface DeclaredOption {
  readonly usage: string;
  readonly type: "string";
  readonly shortcut?: string;
}

interface DeclaredCommand {
  readonly options: Readonly<Record<string, DeclaredOption>>;
  readonly commands?: Readonly<Record<string, DeclaredCommand>>;
}

const COMMAND_NAMES = ["package", "remove", "info", "invoke", "logs"] as const;

/** Where a service can run, by provider. */
const TARGETS: Readonly<Record<string, readonly string[]>> = { aws: ["lambda"], google: ["functions"] };

const OPTIONS: DeclaredCommand["options"] = {
  provider: { usage: "The cloud: aws or google", type: "string" },
  target: { usage: "The product of that cloud: lambda; functions", type: "string" },
};

/** The framework's own commands with the options that this plugin adds to them. */
export const COMMANDS: Readonly<Record<string, DeclaredCommand>> = {
  ...Object.fromEntries(COMMAND_NAMES.map((name) => [name, { options: OPTIONS }])),
  deploy: { options: OPTIONS, commands: { function: { options: OPTIONS } } },
};

const REGION: DeclaredOption = { usage: "The region", type: "string" };
const FUNCTION: DeclaredOption = { usage: "The function", type: "string", shortcut: "f" };

/** The same commands for Google Cloud, of which the framework itself knows nothing. */
export const GOOGLE_COMMANDS: typeof COMMANDS = {
  ...Object.fromEntries(
    ["package", "deploy", "info", "remove"].map((name) => [name, { options: { ...OPTIONS, region: REGION } }]),
  ),
  invoke: {
    options: {
      ...OPTIONS,
      region: REGION,
      function: FUNCTION,
      data: { usage: "The body of the request", type: "string", shortcut: "d" },
      path: { usage: "The file that holds the body", type: "string", shortcut: "p" },
    },
  },
  logs: {
    options: {
      ...OPTIONS,
      region: REGION,
      function: FUNCTION,
      startTime: { usage: "Since when, such as 30m or 2h", type: "string" },
      filter: { usage: "A text that entries hold", type: "string" },
    },
  },
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
