import type { toLambdaDeployment } from "@virga/aws/deploy";

type ServicePlan = Parameters<typeof toLambdaDeployment>[0];

/** A plan, and what is particular about it. */
interface NamedPlan {
  readonly name: string;
  readonly plan: ServicePlan;
}

const FRONTS = ["url", "http-api", "streaming"] as const;
const ACCESSES = ["private", "public", "api-key"] as const;
const ARCHITECTURES = ["x64", "arm64"] as const;
const FILE_SYSTEMS = {
  none: undefined,
  existing: {
    fileSystem: "fs-0123456789abcdef0",
    accessPoint: "fsap-0123456789abcdef0",
    subnets: ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
    securityGroups: ["sg-0123456789abcdef0"],
  },
  created: { create: true },
} as const;
const BUCKETS = ["deployment", "named"] as const;

interface Choice {
  readonly front: (typeof FRONTS)[number];
  readonly access: (typeof ACCESSES)[number];
  readonly architecture: (typeof ARCHITECTURES)[number];
  readonly fileSystem: keyof typeof FILE_SYSTEMS;
  readonly bucket: (typeof BUCKETS)[number];
  readonly alarms: boolean;
}

/** Few plans in which each choice meets each other choice that it does not exclude. */
export function servicePlans(): readonly NamedPlan[] {
  const missing = new Set(allChoices().flatMap(pairsOf));
  const plans: NamedPlan[] = [];
  while (missing.size > 0) {
    const [next] = allChoices()
      .map((choice) => ({ choice, found: pairsOf(choice).filter((pair) => missing.has(pair)) }))
      .sort((one, other) => other.found.length - one.found.length);
    if (next === undefined) break;
    for (const pair of next.found) missing.delete(pair);
    plans.push({ name: Object.values(next.choice).join(" "), plan: toPlan(next.choice) });
  }
  return plans;
}

function allChoices(): readonly Choice[] {
  const every = FRONTS.flatMap((front) =>
    ACCESSES.flatMap((access) =>
      ARCHITECTURES.flatMap((architecture) =>
        (["none", "existing", "created"] as const).flatMap((fileSystem) =>
          BUCKETS.flatMap((bucket) =>
            [false, true].map((alarms) => ({ front, access, architecture, fileSystem, bucket, alarms })),
          ),
        ),
      ),
    ),
  );
  return every.filter(({ front, fileSystem }) => front !== "streaming" || fileSystem === "none");
}

function pairsOf(choice: Choice): readonly string[] {
  const entries = Object.entries(choice).map(([key, value]) => `${key}=${value}`);
  return entries.flatMap((one, index) => entries.slice(index + 1).map((other) => `${one} ${other}`));
}

function toPlan({ front, access, architecture, fileSystem, bucket, alarms }: Choice): ServicePlan {
  const efs = FILE_SYSTEMS[fileSystem];
  return {
    service: "lint",
    stage: "dev",
    folder: "/service",
    models: [
      { name: "iris", origin: { kind: "file", path: "/service/iris.onnx" } },
      {
        name: "shared",
        origin: { kind: "registry", store: "s3://models/team", registryName: "shared", reference: "3" },
      },
    ],
    memoryMb: 1_024,
    timeoutSeconds: 30,
    access,
    aws: {
      region: "us-east-1",
      architecture,
      alarms,
      front: front === "http-api" ? "http-api" : "url",
      streaming: front === "streaming",
      ...(efs && { efs }),
      ...(bucket === "named" && { bucket: "named-models" }),
    },
    google: {},
  };
}
