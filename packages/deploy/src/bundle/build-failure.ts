import { InferenceError } from "@virga/core";
import type { BuildFailure } from "esbuild";

/** A bundler's messages as an error of ours, whose message begins with `what`; other errors as they are. */
export async function explainBuildFailure(error: unknown, what: string): Promise<unknown> {
  if (!isBuildFailure(error)) return error;
  const { formatMessages } = await import("esbuild");
  const errors = error.errors.map((each) => ({ ...each, pluginName: "" }));
  const messages = await formatMessages(errors, { kind: "error", color: false });
  return new InferenceError("CONFIG_INVALID", `${what}:\n${messages.join("").trimEnd()}`);
}

function isBuildFailure(error: unknown): error is BuildFailure {
  return error instanceof Error && "errors" in error;
}
