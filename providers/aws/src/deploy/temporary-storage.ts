import type { ServicePlan } from "@virga/deploy";
import type { AwsFacts } from "./aws-facts.ts";

const MB = 2 ** 20;

/** What Lambda gives a function in `/tmp`, in MB. Source: Lambda quotas. */
export const TEMPORARY_STORAGE_MB: { readonly least: number; readonly most: number } = { least: 512, most: 10_240 };

/** For what others write there, and for what a file system takes for itself. */
const MARGIN_MB = 64;

/** MB of `/tmp` that the weights need: one version of each model and, while one is swapped, the next beside it. */
export function temporaryStorageMb({ models, aws }: ServicePlan, { modelSizeBytes }: AwsFacts): number {
  if (aws.efs !== undefined) return TEMPORARY_STORAGE_MB.least;
  const versionBytes = models.reduce((sum, { name }) => sum + (modelSizeBytes[name] ?? 0), 0);
  const neededMb = Math.ceil((2 * versionBytes) / MB) + MARGIN_MB;
  return Math.max(neededMb, TEMPORARY_STORAGE_MB.least);
}
