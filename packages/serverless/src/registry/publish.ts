import { hostname, userInfo } from "node:os";
import type { Registry } from "@virga/core/weights";
import { type PublishedModel, publishModels, type ServicePlan } from "@virga/deploy";
import type { Writers } from "../serverless.ts";

const PROGRESS = "virga-publish";

/** Publishes the models of a plan that are files, and says what became of each. */
export async function publish(plan: ServicePlan, registry: Registry, { log, progress }: Writers): Promise<void> {
  const shown = progress.get(PROGRESS);
  try {
    const published = await publishModels(plan, registry, {
      author: { by: `${userInfo().username}@${hostname()}`, note: `serverless deploy, stage ${plan.stage}` },
      report: (text) => shown.notice(text),
      onProgress: (name, storedBytes, totalBytes) =>
        shown.notice(`Storing ${name} ${toShare(storedBytes, totalBytes)}`),
    });
    for (const model of published) log.notice(describeModel(model));
  } finally {
    shown.remove();
  }
}

function toShare(storedBytes: number, totalBytes: number): string {
  return totalBytes === 0 ? "" : `(${Math.floor((100 * storedBytes) / totalBytes)} %)`;
}

function describeModel({ name, version, published, promoted }: PublishedModel): string {
  const what = published ? `published as version ${version}` : `unchanged, version ${version}`;
  return `Model ${name}: ${what}${promoted ? ", production now" : ""}`;
}
