import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { GoogleApiError, type GoogleFunctions, startGoogleFunctions } from "@virga/conformance/google-functions";
import { type StrictGcs, startStrictGcs } from "@virga/conformance/strict-gcs";
import { Registry } from "@virga/core/weights";
import { createGcsStore } from "@virga/google";
import { type Ended, ServerlessProject } from "./support/serverless-project.ts";

/** Each test runs the whole framework several times. */
const MOST_MS = 240_000;
const PROJECT = "flowers";
const STORAGE_AGENT = "service-123456789012@gs-project-accounts.iam.gserviceaccount.com";
const BUCKET = "flowers-iris-dev-virga";
const BODY = '{"instances":[[5.1,3.5,1.4,0.2]]}';

let storage: StrictGcs;
let google: GoogleFunctions;
let project: ServerlessProject;

beforeEach(async () => {
  project = new ServerlessProject();
  storage = await startStrictGcs({
    buckets: { inbox: { location: "EUROPE-WEST1" } },
    onFinalized: (object) => google.deliver(object),
  });
  const cache = `${project.folder}/cache`;
  const instanceEnvironment = { STORAGE_EMULATOR_HOST: storage.url.href, VIRGA_CACHE: cache };
  google = await startGoogleFunctions({
    project: PROJECT,
    instanceEnvironment,
    storage: storage.url,
    bindings: [
      { role: "roles/editor", members: ["serviceAccount:123456789012-compute@developer.gserviceaccount.com"] },
      { role: "roles/pubsub.publisher", members: [`serviceAccount:${STORAGE_AGENT}`] },
    ],
  });
});

afterEach(async () => {
  await google.close();
  await storage.close();
  project.remove();
});

/** @param google of the config. */
function write(access: string, google?: string): void {
  project.write(
    "serverless.yml",
    [
      "service: iris",
      "plugins: [serverless-virga]",
      `provider: $\{file(node_modules/serverless-virga/provider.cjs)}`,
      "inference:",
      "  models:",
      "    iris: { path: models/iris.onnx, labels: [setosa, versicolor, virginica] }",
      `  access: ${access}`,
      ...(google === undefined ? [] : [`  google: ${google}`]),
    ].join("\n"),
  );
}

function run(...words: string[]): Promise<Ended> {
  const endpoint = google.url.href;
  return project.run([...words, "--provider", "google"], {
    HOME: project.folder,
    GOOGLE_CLOUD_PROJECT: PROJECT,
    GCE_METADATA_HOST: google.url.host,
    CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDFUNCTIONS: endpoint,
    CLOUDSDK_API_ENDPOINT_OVERRIDES_RUN: endpoint,
    CLOUDSDK_API_ENDPOINT_OVERRIDES_LOGGING: endpoint,
    CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDRESOURCEMANAGER: endpoint,
    STORAGE_EMULATOR_HOST: storage.url.href,
  });
}

function urlIn({ printed }: Ended): string {
  const url = /url: (\S+)/.exec(printed)?.[1];
  if (url === undefined) throw new Error(`No URL was printed: ${printed}`);
  return url;
}

function ask(url: string): Promise<Response> {
  return fetch(`${url}/predict`, { method: "POST", body: BODY, headers: { "content-type": "application/json" } });
}

describe("serverless --provider google", () => {
  it(
    "deploys, deploys again, is invoked, tells of itself, shows its log and is removed",
    async () => {
      write("public");
      const deployed = await run("deploy");
      expect([deployed.code, deployed.printed]).toEqual([0, expect.stringContaining("production now")]);
      const url = urlIn(deployed);
      const answer = await ask(url);
      expect(await answer.json()).toMatchObject({ predictions: [{ label: "setosa" }] });

      const again = await run("deploy");
      expect([again.code, again.printed]).toEqual([0, expect.stringContaining("unchanged, version 1")]);
      expect(urlIn(again)).toBe(url);

      const info = await run("info");
      expect(info.printed).toContain("iris: production is version 1");
      const invoked = await run("invoke", "-f", "predict", "--data", BODY);
      expect([invoked.code, invoked.printed]).toEqual([0, expect.stringContaining('"setosa"')]);
      const logs = await run("logs", "-f", "predict");
      expect(logs.code).toBe(0);

      const removed = await run("remove");
      expect([removed.code, removed.printed]).toEqual([0, expect.stringContaining("removed")]);
      expect((await run("remove")).code).toBe(0);
      expect(google.misunderstood).toEqual([]);
      expect(storage.misunderstood).toEqual([]);
      const registry = new Registry(createGcsStore({ bucket: BUCKET, prefix: "virga", endpoint: storage.url }));
      await expect(registry.versions("iris")).rejects.toMatchObject({ code: "WEIGHTS_MISSING" });
    },
    MOST_MS,
  );

  it(
    "scores what arrives in a bucket, tells of it, and ends that where the config no longer says so",
    async () => {
      write("private", "{ score: gs://inbox/rows }");
      const deployed = await run("deploy");
      expect([deployed.code, deployed.printed]).toEqual([0, expect.stringContaining("score: objects that arrive in")]);
      expect(deployed.printed).not.toContain("add-iam-policy-binding");

      const inbox = createGcsStore({ bucket: "inbox", endpoint: storage.url });
      const put = async (name: string): Promise<string | undefined> => {
        await inbox.write(name, { kind: "bytes", bytes: Buffer.from(BODY) });
        await google.settled();
        const found = await inbox.read(`${name}.predictions.json`);
        return found && Buffer.from(found.bytes).toString();
      };
      expect(JSON.parse((await put("rows/one.json")) ?? "{}")).toMatchObject({ predictions: [{ label: "setosa" }] });
      expect(await put("elsewhere/one.json")).toBeUndefined();
      // The predictions arrived as well; nothing has been made of them.
      expect(google.deliveries.map(({ object, status }) => [object, status])).toEqual([
        ["rows/one.json", 204],
        ["rows/one.json.predictions.json", 204],
        ["elsewhere/one.json", 204],
      ]);
      const logs = await run("logs", "-f", "score");
      expect([logs.code, logs.printed]).toEqual([0, expect.stringContaining("Serving function")]);

      write("private");
      const again = await run("deploy");
      expect([again.code, again.printed]).toEqual([0, expect.not.stringContaining("objects that arrive in")]);
      expect(await put("rows/two.json")).toBeUndefined();
      expect([google.misunderstood, storage.misunderstood]).toEqual([[], []]);
    },
    MOST_MS,
  );

  it(
    "is refused a bucket that is missing before anything is uploaded, and removes both functions",
    async () => {
      write("private", "{ score: gs://nowhere }");
      const missing = await run("deploy");
      expect([missing.code, missing.printed]).toEqual([
        1,
        expect.stringMatching(/There is no bucket nowhere.*\n.*gcloud storage buckets create gs:\/\/nowhere/),
      ]);
      expect(google.calls.filter((call) => call.includes("generateUploadUrl"))).toEqual([]);

      write("private", "{ score: gs://inbox }");
      expect((await run("deploy")).code).toBe(0);
      const removed = await run("remove");
      expect([removed.code, removed.printed]).toEqual([0, expect.stringContaining("scores objects is removed")]);
      expect((await run("info")).printed).toContain("not deployed");
    },
    MOST_MS,
  );

  it(
    "lets nobody without a token through to a private service",
    async () => {
      write("private");
      const deployed = await run("deploy");
      expect([deployed.code, deployed.printed]).toEqual([0, expect.stringContaining("url:")]);
      expect((await ask(urlIn(deployed))).status).toBe(403);
      const invoked = await run("invoke", "-f", "predict", "--data", BODY);
      expect([invoked.code, invoked.printed]).toEqual([0, expect.stringContaining('"setosa"')]);
    },
    MOST_MS,
  );

  it(
    "says what mends a failure, and can be run again",
    async () => {
      write("public");
      google.failNextOperation(new GoogleApiError("FAILED_PRECONDITION", "Build failed with status: FAILURE"));
      const failed = await run("deploy");
      expect([failed.code, failed.printed]).toEqual([1, expect.stringMatching(/Build failed.*\n.*gcloud builds list/)]);
      const deployed = await run("deploy");
      expect([deployed.code, deployed.printed]).toEqual([0, expect.stringContaining("unchanged, version 1")]);
      expect((await ask(urlIn(deployed))).status).toBe(200);
    },
    MOST_MS,
  );
});
