import { describe, expect, it } from "@jest/globals";
import type { ServicePlan } from "@virga/deploy";
import {
  functionName,
  type GoogleFacts,
  gcloudCommand,
  gcloudScoreCommands,
  registryBucket,
  registryUri,
  toFunctionEntry,
  toFunctionResource,
  toScoreResource,
} from "@virga/google/deploy";
import { FACTS, servicePlan } from "../support/service-plan.ts";

const SOURCE = { bucket: "uploads", object: "x.zip" };

describe("a function's resource", () => {
  it("has the config's values", () => {
    const plan = servicePlan({
      memoryMb: 2_048,
      timeoutSeconds: 12.5,
      google: {
        region: "europe-west1",
        cpu: 2,
        minInstances: 1,
        maxInstances: 5,
        serviceAccount: "runner@flowers.iam.gserviceaccount.com",
        labels: { team: "blue" },
      },
    });
    const resource = toFunctionResource(plan, { ...FACTS, environment: { MODE: "a" } }, SOURCE);
    expect(resource).toMatchObject({
      name: "projects/flowers/locations/europe-west1/functions/iris-dev-predict",
      buildConfig: { runtime: "nodejs22", entryPoint: "predict", source: { storageSource: SOURCE } },
      serviceConfig: {
        availableMemory: "2048Mi",
        availableCpu: "2",
        timeoutSeconds: 13,
        maxInstanceRequestConcurrency: 16,
        minInstanceCount: 1,
        maxInstanceCount: 5,
        serviceAccountEmail: "runner@flowers.iam.gserviceaccount.com",
        environmentVariables: { MODE: "a", VIRGA_STORE: "gs://flowers-iris-dev-virga/virga" },
      },
      labels: { team: "blue", "virga-service": "iris", "virga-stage": "dev" },
    });
  });

  it.each([
    [1_024, {}, 1],
    [2_048, {}, 8],
    [1_024, { cpu: 1 }, 8],
    [2_048, { concurrency: 40 }, 40],
  ])("takes as many requests at once as its processors allow: %i MB, %j", (memoryMb, google, expected) => {
    const { serviceConfig } = toFunctionResource(servicePlan({ memoryMb, google }), FACTS, SOURCE);
    expect(serviceConfig.maxInstanceRequestConcurrency).toBe(expected);
  });

  it("of the function that scores objects is called by the bucket's events, and kept by nobody", () => {
    const plan = servicePlan({ timeoutSeconds: 900, google: { minInstances: 2, score: "gs://inbox/rows" } });
    const trigger = { bucket: "inbox", region: "eu", serviceAccount: "runner@flowers.iam.gserviceaccount.com" };
    const resource = toScoreResource(plan, FACTS, SOURCE, trigger);
    expect(resource).toMatchObject({
      name: "projects/flowers/locations/us-central1/functions/iris-dev-score",
      buildConfig: { runtime: "nodejs22", entryPoint: "score", source: { storageSource: SOURCE } },
      serviceConfig: { timeoutSeconds: 540, environmentVariables: { VIRGA_SCORE: "gs://inbox/rows" } },
      eventTrigger: {
        triggerRegion: "eu",
        eventType: "google.cloud.storage.object.v1.finalized",
        eventFilters: [{ attribute: "bucket", value: "inbox" }],
        retryPolicy: "RETRY_POLICY_RETRY",
        serviceAccountEmail: "runner@flowers.iam.gserviceaccount.com",
      },
      labels: { "virga-service": "iris", "virga-stage": "dev" },
    });
    expect(resource.serviceConfig).not.toHaveProperty("minInstanceCount");
    expect(toFunctionResource(plan, FACTS, SOURCE).serviceConfig.environmentVariables).not.toHaveProperty(
      "VIRGA_SCORE",
    );
  });

  it("carries a key's digest only where a key is asked for", () => {
    const facts: GoogleFacts = { ...FACTS, apiKeySha256: "ab" };
    const digestOf = (access: ServicePlan["access"]) =>
      toFunctionResource(servicePlan({ access }), facts, SOURCE).serviceConfig.environmentVariables[
        "VIRGA_API_KEY_SHA256"
      ];
    expect([digestOf("api-key"), digestOf("public")]).toEqual(["ab", undefined]);
  });
});

describe("names", () => {
  it("are in lower case, and a bucket's is as Google asks", () => {
    expect(functionName(servicePlan({ service: "Iris" }))).toBe("iris-dev-predict");
    expect(registryBucket(servicePlan(), "flowers")).toBe("flowers-iris-dev-virga");
    expect(registryUri(servicePlan({ google: { bucket: "mine" } }), "flowers")).toBe("gs://mine/virga/iris/dev");
  });

  it("of two services never become one bucket", () => {
    const long = "a".repeat(80);
    const names = ["Iris", "iris", "iris_", "iris-", `${long}b`, `${long}c`].map((service) =>
      registryBucket(servicePlan({ service }), "flowers"),
    );
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/);
  });
});

describe("gcloud's command", () => {
  it("has the config's values, for a shell", () => {
    const plan = servicePlan({ access: "public", memoryMb: 2_048 });
    const command = gcloudCommand(plan, { ...FACTS, environment: { LIST: "a,b", NAME: "it's" } }, "/out folder");
    expect(command.split(" \\\n  ")).toEqual([
      "gcloud functions deploy iris-dev-predict",
      "--gen2",
      "--runtime=nodejs22",
      "--region=us-central1",
      "--project=flowers",
      "'--source=/out folder'",
      "--entry-point=predict",
      "--trigger-http",
      "--allow-unauthenticated",
      "--memory=2048Mi",
      "--cpu=1",
      "--concurrency=8",
      "--timeout=30s",
      "'--set-env-vars=^@^LIST=a,b@NAME=it'\\''s@VIRGA_STORE=gs://flowers-iris-dev-virga/virga@GOOGLE_CLOUD_PROJECT=flowers'",
      "--update-labels=virga-service=iris,virga-stage=dev",
    ]);
  });
});

describe("gcloud's commands for the function that scores objects", () => {
  it("are none where no bucket is named", () => {
    expect(gcloudScoreCommands(servicePlan(), FACTS, "/out")).toEqual([]);
  });

  it("grant what events need, and deploy the same folder where the bucket is", () => {
    const serviceAccount = "runner@flowers.iam.gserviceaccount.com";
    const plan = servicePlan({ google: { score: "gs://inbox/rows", serviceAccount } });
    const commands = gcloudScoreCommands(plan, FACTS, "/out");
    expect(commands.map((command) => command.split(" \\\n  "))).toEqual([
      [
        `gcloud projects add-iam-policy-binding flowers --member="serviceAccount:$(gcloud storage service-agent --project=flowers)" --role=roles/pubsub.publisher`,
      ],
      [
        `gcloud projects add-iam-policy-binding flowers --member="serviceAccount:${serviceAccount}" --role=roles/eventarc.eventReceiver`,
      ],
      [
        `gcloud storage buckets add-iam-policy-binding gs://inbox --member="serviceAccount:${serviceAccount}" --role=roles/storage.objectUser`,
      ],
      [
        "gcloud functions deploy iris-dev-score",
        "--gen2",
        "--runtime=nodejs22",
        "--region=us-central1",
        "--project=flowers",
        "--source=/out",
        "--entry-point=score",
        "--trigger-bucket=gs://inbox",
        `--trigger-service-account=${serviceAccount}`,
        "--retry",
        "--memory=1024Mi",
        "--concurrency=1",
        "--timeout=30s",
        `--service-account=${serviceAccount}`,
        "--set-env-vars=VIRGA_STORE=gs://flowers-iris-dev-virga/virga,GOOGLE_CLOUD_PROJECT=flowers,VIRGA_SCORE=gs://inbox/rows",
        "--update-labels=virga-service=iris,virga-stage=dev",
        `--trigger-location="$(gcloud storage buckets describe gs://inbox --format='value(location.lower())')"`,
      ],
      [
        `gcloud functions add-invoker-policy-binding iris-dev-score --region=us-central1 --project=flowers --member="serviceAccount:${serviceAccount}"`,
      ],
    ]);
  });
});

describe("the entry", () => {
  it("has the service as a literal and the predictor as an import", () => {
    const { contents } = toFunctionEntry(servicePlan({ predictorPath: "/service/src/predict.ts" }));
    expect(contents).toContain('import predictor from "/service/src/predict.ts";');
    expect(contents).toMatch(
      /export const \{ predict, score \} = await createFunctionHandlers\(\{[\s\S]*\}, predictor\);/,
    );
  });

  it.each([
    [1_024, {}, undefined],
    [2_048, {}, 1],
    [2_048, { cpu: 4 }, 4],
    [2_048, { cpu: 4, concurrency: 2 }, 2],
    [2_048, { cpu: 4, concurrency: 1 }, undefined],
  ])("has workers where an instance gets several requests at once: %i MB, %j", (memoryMb, google, workers) => {
    const { contents, hasWorkers } = toFunctionEntry(servicePlan({ memoryMb, google }));
    expect(hasWorkers).toBe(workers !== undefined);
    expect(contents).toContain(workers === undefined ? "createFunctionHandlers(" : "createConcurrentHandlers(");
    expect(/"workers": (\d+)/.exec(contents)?.[1]).toBe(workers?.toString());
  });
});
