import type { ArtefactLimits } from "@virga/deploy";

/**
 * What a function may have that is uploaded through S3, as the Serverless Framework does.
 *
 * Source: Lambda quotas, "Deployment package size".
 */
export const LAMBDA_ARTEFACT_LIMITS: ArtefactLimits = { platform: "AWS Lambda", unzippedBytes: 262_144_000 };
