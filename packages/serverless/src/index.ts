import { FUNCTION_KEY } from "@virga/aws/deploy";
import { InferenceError } from "@virga/core";
import { AwsDeployment } from "./aws/aws-deployment.ts";
import { COMMANDS, checkOptions, GOOGLE_COMMANDS } from "./commands.ts";
import type { GoogleDeployment } from "./google/google-deployment.ts";
import { registerGoogle } from "./google/google-provider.ts";
import { readConfig } from "./read-config.ts";
import type { CommandOptions, Serverless, Writers } from "./serverless.ts";

/** Time for what is still written; a build tool that another plugin started would keep the process for ever. */
const LAST_WORDS_MS = 500;

type Hook = (error?: unknown) => unknown;

/** The plugin: `inference:` of a `serverless.yml` becomes a function, its role and its registry. */
class ServerlessVirga {
  readonly commands: typeof COMMANDS;
  readonly hooks: Readonly<Record<string, Hook>>;
  readonly #serverless: Serverless;
  readonly #options: CommandOptions;
  readonly #writers: Writers;
  #deployment: AwsDeployment | undefined;
  #google: GoogleDeployment | undefined;

  constructor(serverless: Serverless, options: CommandOptions, writers: Writers) {
    this.#serverless = serverless;
    this.#options = options;
    this.#writers = writers;
    // Checked by this plugin itself, which knows what was meant.
    serverless.configSchemaHandler.defineTopLevelProperty("inference", { type: "object" });
    const isGoogle = serverless.service.provider.name === "google";
    if (isGoogle) registerGoogle(serverless);
    else this.#followRegion();
    this.commands = isGoogle ? GOOGLE_COMMANDS : COMMANDS;
    this.hooks = {
      initialize: this.#explained(() => this.#initialize()),
      ...(isGoogle ? this.#googleHooks() : this.#awsHooks()),
      error: () => void setTimeout(() => process.exit(1), LAST_WORDS_MS).unref(),
    };
  }

  #awsHooks(): Readonly<Record<string, Hook>> {
    return {
      "after:package:initialize": this.#explained(() => this.#deployment?.package()),
      "before:deploy:function:packageFunction": this.#explained(() => this.#packageAlone()),
      "after:aws:deploy:deploy:checkForChanges": this.#explained(() => this.#deployment?.publish()),
      "before:remove:remove": this.#explained(() => this.#deployment?.clearRegistry()),
      finalize: this.#explained(() => this.#finalize()),
    };
  }

  #googleHooks(): Readonly<Record<string, Hook>> {
    return {
      "after:package:initialize": this.#explained(() => this.#google?.package()),
      "deploy:deploy": this.#explained(() => this.#google?.deploy()),
      "info:info": this.#explained(() => this.#google?.describe()),
      "invoke:invoke": this.#explained(() => this.#google?.invoke()),
      "logs:logs": this.#explained(() => this.#google?.logs()),
      "remove:remove": this.#explained(() => this.#google?.remove()),
    };
  }

  /** The framework asks for the region before variables are filled in, and takes us-east-1 where it finds none. */
  #followRegion(): void {
    const { inference } = this.#serverless.configurationInput as { inference?: { aws?: { region?: unknown } } };
    const region = inference?.aws?.region;
    if (this.#options.region !== undefined || typeof region !== "string") return;
    this.#serverless.service.provider.region = region;
  }

  async #initialize(): Promise<void> {
    checkOptions(this.#serverless, this.#options);
    const config = readConfig(this.#serverless);
    if (this.#serverless.service.provider.name === "google") {
      // Google's clients are not loaded by those who deploy to AWS.
      const { GoogleDeployment } = await import("./google/google-deployment.ts");
      this.#google = new GoogleDeployment(this.#serverless, config, this.#options, this.#writers, process.env);
      return;
    }
    this.#deployment = new AwsDeployment(this.#serverless, config, this.#writers, process.env);
    await this.#deployment.add();
  }

  /** For `deploy function`, which packages one function only. */
  async #packageAlone(): Promise<void> {
    if (this.#options.function === FUNCTION_KEY) await this.#deployment?.package();
  }

  async #finalize(): Promise<void> {
    const command = this.#serverless.processedInput.commands.join(" ");
    if (command === "info" || command === "deploy") await this.#deployment?.describe();
  }

  /** What a user can mend is told as the framework tells its own errors: without a stack. */
  #explained(work: () => unknown): Hook {
    return async () => {
      try {
        await work();
      } catch (error) {
        if (!InferenceError.is(error)) throw error;
        throw new this.#serverless.classes.Error(error.message, `VIRGA_${error.code}`);
      }
    };
  }
}

export { ServerlessVirga as default };
