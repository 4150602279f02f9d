import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import {
  GoogleApiError,
  type GoogleFunctions,
  type PolicyBinding,
  startGoogleFunctions,
} from "@virga/conformance/google-functions";
import { type StrictGcs, startStrictGcs } from "@virga/conformance/strict-gcs";
import { zipFunction } from "@virga/deploy";
import { createGcsStore } from "@virga/google";
import {
  deployScore,
  findFunction,
  findScoreTrigger,
  GOOGLE_ENDPOINTS,
  GoogleApi,
  removeScore,
  SCORE_KEY,
} from "@virga/google/deploy";
import { FACTS, servicePlan } from "../support/service-plan.ts";

const ACCOUNT = "123456789012-compute@developer.gserviceaccount.com";
const AGENT = "service-123456789012@gs-project-accounts.iam.gserviceaccount.com";
const ROLES: readonly PolicyBinding[] = [
  { role: "roles/pubsub.publisher", members: [`serviceAccount:${AGENT}`] },
  { role: "roles/eventarc.eventReceiver", members: [`serviceAccount:${ACCOUNT}`] },
];

let storage: StrictGcs;
let google: GoogleFunctions;
let api: GoogleApi;
let folder: string;
let zipPath: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "virga-google-score-"));
  zipPath = join(folder, "source.zip");
  await writeFile(join(folder, "package.json"), '{"type":"module","main":"index.mjs"}');
  // Says in its log which objects it was told of.
  await writeFile(join(folder, "index.mjs"), "export const score = ({ data }) => console.log(`told of ${data.name}`);");
  const files = ["package.json", "index.mjs"].map((name) => ({ name, sizeBytes: 1 }));
  await zipFunction({ folder, files, parts: [] }, zipPath);
  storage = await startStrictGcs({
    buckets: { inbox: { location: "EU" }, other: { location: "US-EAST1" }, theirs: { projectNumber: "7" } },
    onFinalized: (object) => google.deliver(object),
  });
});

afterEach(async () => {
  await google.close();
  await storage.close();
  await rm(folder, { recursive: true, force: true });
});

async function start(bindings: readonly PolicyBinding[] = ROLES): Promise<void> {
  google = await startGoogleFunctions({ project: "flowers", storage: storage.url, bindings });
  const { url } = google;
  const endpoints = {
    ...GOOGLE_ENDPOINTS,
    functions: url,
    run: url,
    logging: url,
    resourceManager: url,
    storage: storage.url,
  };
  api = new GoogleApi({ token: async () => "stand-in-access-token", project: "flowers", endpoints });
}

const planFor = (bucket: string) => servicePlan({ google: { score: `gs://${bucket}/rows` } });

async function deploy(bucket = "inbox") {
  const plan = planFor(bucket);
  const found = await findScoreTrigger(api, plan);
  if (found === undefined) throw new Error("The plan has no bucket.");
  return deployScore(api, plan, FACTS, zipPath, found.trigger);
}

async function put(bucket: string, name: string): Promise<void> {
  const store = createGcsStore({ bucket, endpoint: storage.url });
  await store.write(name, { kind: "bytes", bytes: Buffer.from("{}") });
  await google.settled();
}

async function membersOf(bucket: string): Promise<unknown> {
  return (await (await fetch(new URL(`storage/v1/b/${bucket}/iam`, storage.url))).json()) as unknown;
}

describe("the function that scores what arrives in a bucket", () => {
  it("is called with each object, wherever its bucket is; again after another deployment; and is removed", async () => {
    await start();
    const created = await deploy();
    expect(created.trigger).toEqual({ bucket: "inbox", region: "eu", serviceAccount: ACCOUNT });
    await put("inbox", "rows/1");
    await put("other", "rows/1");
    const updated = await deploy();
    expect(updated).toMatchObject({ url: created.url, state: "ACTIVE" });
    await put("inbox", "rows/2");
    expect(google.deliveries).toEqual([
      { function: "iris-dev-score", object: "rows/1", status: 204 },
      { function: "iris-dev-score", object: "rows/2", status: 204 },
    ]);
    expect([await removeScore(api, planFor("inbox")), await removeScore(api, planFor("inbox"))]).toEqual([true, false]);
    expect(await findFunction(api, planFor("inbox"), SCORE_KEY)).toBeUndefined();
    expect([google.misunderstood, storage.misunderstood]).toEqual([[], []]);
  });

  it("may read and write in its bucket as long as it is there, and goes with the config to another", async () => {
    await start();
    await deploy("inbox");
    const members = [`serviceAccount:${ACCOUNT}`];
    const granted = { bindings: [{ role: "roles/storage.objectUser", members }] };
    expect(await membersOf("inbox")).toMatchObject(granted);
    expect((await deploy("other")).trigger).toMatchObject({ bucket: "other", region: "us-east1" });
    expect(await membersOf("inbox")).toMatchObject({ bindings: [] });
    expect(await membersOf("other")).toMatchObject(granted);
    // The config no longer says which bucket it was.
    expect(await removeScore(api, servicePlan())).toBe(true);
    expect(await membersOf("other")).toMatchObject({ bindings: [] });
  });

  it("stays where it is another service's, though it has the same name", async () => {
    await start();
    const plan = servicePlan({ service: "iris-eu", stage: "dev", google: { score: "gs://inbox" } });
    const found = await findScoreTrigger(api, plan);
    if (found !== undefined) await deployScore(api, plan, FACTS, zipPath, found.trigger);
    expect(await removeScore(api, servicePlan({ service: "iris", stage: "eu-dev" }))).toBe(false);
    expect(await findFunction(api, plan, SCORE_KEY)).toMatchObject({ state: "ACTIVE" });
  });

  it("is not deployed for a bucket that is missing, or another project's", async () => {
    await start();
    await expect(deploy("nowhere")).rejects.toThrow(/gcloud storage buckets create gs:\/\/nowhere --project=flowers/);
    await expect(deploy("theirs")).rejects.toThrow(/in another project \(number 7\)/);
    expect(google.calls.filter((call) => call.includes("generateUploadUrl"))).toEqual([]);
  });

  it.each<[string, readonly PolicyBinding[], RegExp]>([
    [
      "Cloud Storage may publish",
      ROLES.slice(1),
      /add-iam-policy-binding flowers --member=serviceAccount:service-123456789012@gs-project-accounts\S* --role=roles\/pubsub\.publisher$/,
    ],
    [
      "its account may receive",
      ROLES.slice(0, 1),
      /add-iam-policy-binding flowers --member=serviceAccount:123456789012-compute@\S* --role=roles\/eventarc\.eventReceiver$/,
    ],
  ])("is told of before anything is uploaded unless %s, and fails with the command", async (_, bindings, command) => {
    await start(bindings);
    const found = await findScoreTrigger(api, planFor("inbox"));
    expect(found?.warnings).toEqual([expect.stringMatching(command)]);
    await expect(deploy()).rejects.toThrow(/deploy again:\n {2}gcloud projects add-iam-policy-binding flowers/);
    expect(google.calls.filter((call) => call.includes("generateUploadUrl"))).toHaveLength(1);
  });

  it("is deployed by somebody who may not read the project's policy, who is told what to look at", async () => {
    await start();
    google.failNext({
      call: /projects\/flowers:getIamPolicy/,
      error: new GoogleApiError("PERMISSION_DENIED", "Denied"),
    });
    const found = await findScoreTrigger(api, planFor("inbox"));
    expect(found?.warnings).toEqual([expect.stringMatching(/pubsub\.publisher\n.*eventarc\.eventReceiver$/)]);
    expect((await deploy()).state).toBe("ACTIVE");
  });
});
