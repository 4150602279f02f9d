import type { EndpointDescription } from "@virga/core";
import { describeFailure } from "../print/describe-failure.ts";
import { formatSignature } from "../print/signature-table.ts";
import type { Report } from "./report.ts";

/** Tells what a loaded endpoint takes and gives, or why it is not there. */
export function reportModel(endpoint: EndpointDescription, report: Report): void {
  const { name, signature, unusableOutputs, failure } = endpoint;
  if (signature === undefined) {
    const message = `Model ${name} is not served: ${describeFailure(failure)}`;
    report({ level: "error", event: "model.failed", message, fields: { model: name } });
    return;
  }
  report({
    level: "info",
    event: "model.ready",
    message: `Model ${name} is ready.`,
    display: `\n${name}\n${formatSignature(signature, unusableOutputs)}`,
    fields: { model: name, signature, unusableOutputs },
  });
}
