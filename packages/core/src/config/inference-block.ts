import { z } from "zod";
import type { ExistingEfs } from "./config.ts";

const text = (description: string): z.ZodString => z.string().min(1).describe(description);

const MODEL_NAME = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/);

const MODEL_PATH = text(
  "a path from this file's folder, or where the weights are stored: s3://…, gs://…, https://…, name@alias",
);

const MODEL_ENTRY = z
  .strictObject({
    path: MODEL_PATH,
    labels: z
      .array(text("the name of a class, as text (put numbers, yes and no into quotes)"))
      .min(1)
      .describe("a list with the names of the classes, in the order of the model's scores")
      .optional(),
    batching: z
      .enum(["auto", "off"])
      .describe("whether requests that come together may be run together: auto or off")
      .optional(),
    example: z
      .record(z.string(), z.unknown())
      .describe('a body of POST /predict that works, such as {"instances": [[5.1, 3.5, 1.4, 0.2]]}')
      .optional(),
  })
  .describe("a path, or an object with `path` and, if need be, `labels`, `batching` and `example`");

/** What CloudWatch Logs takes (API reference, PutRetentionPolicy). */
const LOG_RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

const idsOf = (prefix: string, description: string): z.ZodArray<z.ZodString> =>
  z
    .array(z.string().regex(new RegExp(`^${prefix}-[0-9a-f]+$`)))
    .min(1)
    .describe(`a list of ${description}, such as ${prefix}-0123456789abcdef0`);

const EFS_RULE =
  "either { create: true }, or the existing { fileSystem: fs-…, accessPoint: fsap-…, subnets: [subnet-…], securityGroups: [sg-…] }";

const EFS = z
  .strictObject({
    create: z.literal(true).describe("true, or absent for a file system that exists").optional(),
    fileSystem: z
      .string()
      .regex(/^fs-[0-9a-f]+$/)
      .describe("the id of the EFS file system, such as fs-0123456789abcdef0")
      .optional(),
    accessPoint: z
      .string()
      .regex(/^fsap-[0-9a-f]+$/)
      .describe("the id of the file system's access point, such as fsap-0123456789abcdef0")
      .optional(),
    subnets: idsOf("subnet", "subnets with a mount target").optional(),
    securityGroups: idsOf("sg", "security groups that the mount targets let in").optional(),
  })
  .refine(({ create, ...existing }) => {
    const given = Object.values(existing).filter((value) => value !== undefined).length;
    return create ? given === 0 : given === Object.keys(EXISTING_EFS).length;
  })
  .describe(EFS_RULE);

/** Every key that an existing file system needs. */
const EXISTING_EFS: Readonly<Record<Exclude<keyof ExistingEfs, "create">, true>> = {
  fileSystem: true,
  accessPoint: true,
  subnets: true,
  securityGroups: true,
};

const REST = {
  predictor: text("the file with your code around the models, such as src/predict.ts").optional(),
  memory: z
    .int()
    .min(128)
    .max(32_768)
    .describe("memory of one instance in MB: a whole number from 128 to 32768, such as 1024")
    .optional(),
  timeout: z
    .number()
    .positive()
    .max(3_600)
    .describe("longest time for one prediction in seconds: a number above 0, at most 3600")
    .optional(),
  access: z
    .enum(["private", "public", "api-key"])
    .describe("who may call the deployed service: private, public or api-key")
    .optional(),
  aws: z
    .strictObject({
      region: text("an AWS region, such as us-east-1").optional(),
      bucket: text("the name of the S3 bucket that holds the weights").optional(),
      efs: EFS.optional(),
      architecture: z.enum(["x64", "arm64"]).describe("x64 or arm64").optional(),
      front: z.enum(["url", "http-api"]).describe("what stands in front of the function: url or http-api").optional(),
      streaming: z.boolean().describe("true where answers may exceed 6 MB, with a function URL only").optional(),
      logRetentionDays: z
        .literal(LOG_RETENTION_DAYS)
        .describe(`days for which logs are kept: ${LOG_RETENTION_DAYS.join(", ")}`)
        .optional(),
      alarms: z.boolean().describe("true for alarms on errors, throttles and slow calls").optional(),
    })
    .describe("settings of AWS")
    .optional(),
  google: z
    .strictObject({
      region: text("a Google Cloud region, such as us-central1").optional(),
      project: text("the id of the Google Cloud project").optional(),
      bucket: text("the name of the Cloud Storage bucket that holds the weights").optional(),
      cpu: z
        .number()
        .min(0.08)
        .max(8)
        .describe("processors of one instance: a number from 0.08 to 8, such as 1 or 2")
        .optional(),
      concurrency: z
        .int()
        .min(1)
        .max(1_000)
        .describe("requests that one instance takes at once: a whole number from 1 to 1000")
        .optional(),
      minInstances: z
        .int()
        .min(0)
        .max(1_000)
        .describe("instances that are kept when nobody asks: a whole number from 0")
        .optional(),
      maxInstances: z.int().min(1).max(10_000).describe("most instances at once: a whole number from 1").optional(),
      serviceAccount: z
        .string()
        .regex(/^[^@\s]+@[^@\s]+$/)
        .describe("the e-mail address of the service account that the function runs as")
        .optional(),
      labels: z
        .record(z.string().regex(/^[a-z][a-z0-9_-]{0,62}$/), z.string().regex(/^[a-z0-9_-]{0,63}$/))
        .describe("labels of the function: lower-case letters, digits, `_` and `-`")
        .optional(),
      score: z
        .string()
        .regex(/^gs:\/\/[a-z0-9][a-z0-9._-]{1,220}[a-z0-9](\/[^\r\n]*)?$/)
        .describe("where objects arrive that are scored: a bucket or a folder in one, such as gs://inbox/rows")
        .optional(),
    })
    .describe("settings of Google Cloud")
    .optional(),
};

export const MODELS_RULE: string =
  "the models by name (letters, digits, `.`, `_` and `-`), at least one, such as `iris: model.onnx`";

/** The block after mere paths have become entries. */
export const BLOCK: z.ZodObject & z.ZodType<{ models: object }> = z.strictObject({
  models: z.record(MODEL_NAME, MODEL_ENTRY).describe(MODELS_RULE),
  ...REST,
});

/** The block as it may be written. */
export const WRITTEN_BLOCK: z.ZodObject = z.strictObject({
  models: z.record(MODEL_NAME, z.union([MODEL_PATH, MODEL_ENTRY])).describe(MODELS_RULE),
  ...REST,
});
