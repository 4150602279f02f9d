import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import {
  apiDisabled,
  GoogleApiError,
  type GoogleFunctions,
  startGoogleFunctions,
} from "@virga/conformance/google-functions";
import { zipFunction } from "@virga/deploy";
import {
  applyAccess,
  deployFunction,
  findFunction,
  GOOGLE_ENDPOINTS,
  GoogleApi,
  removeFunction,
} from "@virga/google/deploy";
import { FACTS, servicePlan } from "../support/service-plan.ts";

let google: GoogleFunctions;
let api: GoogleApi;
let folder: string;
let zipPath: string;

beforeEach(async () => {
  google = await startGoogleFunctions({ project: "flowers" });
  const { url } = google;
  const endpoints = { ...GOOGLE_ENDPOINTS, functions: url, run: url, logging: url };
  api = new GoogleApi({ token: async () => "stand-in-access-token", project: "flowers", endpoints });
  folder = await mkdtemp(join(tmpdir(), "virga-google-deploy-"));
  zipPath = join(folder, "source.zip");
  await writeSource("one");
});

afterEach(async () => {
  await google.close();
  await rm(folder, { recursive: true, force: true });
});

/** A function that only says its name. */
async function writeSource(name: string, manifest = '{"type":"module","main":"index.mjs"}'): Promise<void> {
  await writeFile(join(folder, "package.json"), manifest);
  await writeFile(join(folder, "index.mjs"), `export const predict = (_, response) => response.end("${name}");`);
  const files = ["package.json", "index.mjs"].map((file) => ({ name: file, sizeBytes: 1 }));
  await zipFunction({ folder, files, parts: [] }, zipPath);
}

const plan = servicePlan({ access: "public", google: { labels: { team: "blue" }, maxInstances: 3 } });

const deploy = () => deployFunction(api, plan, FACTS, zipPath);

describe("a function's deployment", () => {
  it("creates, updates behind the same URL, and removes; removing again is no failure", async () => {
    const created = await deploy();
    await applyAccess(api, created.service, "public");
    expect(await (await fetch(created.url)).text()).toBe("one");
    await writeSource("two");
    const updated = await deploy();
    expect(updated).toMatchObject({ url: created.url, state: "ACTIVE" });
    expect(updated.revision).not.toBe(created.revision);
    expect(await (await fetch(created.url)).text()).toBe("two");
    expect([await removeFunction(api, plan), await removeFunction(api, plan)]).toEqual([true, false]);
    expect(await findFunction(api, plan)).toBeUndefined();
    expect(google.misunderstood).toEqual([]);
  });

  it("lets everybody in and out again, and leaves other members alone", async () => {
    const { service, url } = await deploy();
    expect((await fetch(url)).status).toBe(403);
    await applyAccess(api, service, "api-key");
    await applyAccess(api, service, "api-key");
    expect((await fetch(url)).status).toBe(200);
    expect(google.calls.filter((call) => call.includes("setIamPolicy"))).toHaveLength(1);
    await applyAccess(api, service, "private");
    expect((await fetch(url)).status).toBe(403);
  });

  it.each<[string, RegExp, GoogleApiError, RegExp]>([
    [
      "an API that is not enabled",
      /generateUploadUrl/,
      apiDisabled("cloudfunctions.googleapis.com", "flowers"),
      /gcloud services enable cloudfunctions\.googleapis\.com .*--project=flowers/,
    ],
    [
      "a permission that is missing",
      /^POST .*\/functions$/,
      new GoogleApiError("PERMISSION_DENIED", "Permission 'cloudfunctions.functions.create' denied."),
      /create the function iris-dev-predict: Permission .* denied\.[\s\S]*--role=roles\/cloudfunctions\.developer/,
    ],
    [
      "an account that nobody pays for",
      /^POST .*\/functions$/,
      new GoogleApiError("FAILED_PRECONDITION", "Billing account for project flowers is not found."),
      /gcloud billing projects link flowers/,
    ],
    [
      "a conflict",
      /^POST .*\/functions$/,
      new GoogleApiError("ABORTED", "another operation is in progress on this function"),
      /run the same command again/,
    ],
    [
      "credentials that have ended",
      /^GET/,
      new GoogleApiError("UNAUTHENTICATED", "Invalid"),
      /application-default login/,
    ],
  ])("says what mends %s", async (_, call, error, expected) => {
    google.failNext({ call, error });
    await expect(deploy()).rejects.toMatchObject({ code: "CONFIG_INVALID", message: expect.stringMatching(expected) });
    expect((await deploy()).state).toBe("ACTIVE");
  });

  it("waits for a deployment that was broken off, and goes on from there", async () => {
    const brokenOff = deploy();
    while (!google.calls.some((call) => /^POST .*\/functions\?/.test(call))) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    const again = await deploy();
    expect(again.state).toBe("ACTIVE");
    expect((await brokenOff).url).toBe(again.url);
    expect(google.misunderstood).toEqual([]);
  });

  it("tries again what may be tried again", async () => {
    google.failNext({ call: /^GET/, error: new GoogleApiError("UNAVAILABLE", "Try again") });
    google.failNext({
      call: /^POST .*\/functions$/,
      error: new GoogleApiError("RESOURCE_EXHAUSTED", "Quota exceeded"),
    });
    expect((await deploy()).state).toBe("ACTIVE");
  });

  it("says why a build failed, and what was deployed before goes on", async () => {
    const { url, service } = await deploy();
    await applyAccess(api, service, "public");
    await writeSource("two", '{"type":"module","main":"missing.mjs"}');
    await expect(deploy()).rejects.toThrow(/Build failed.*\n {2}gcloud builds list --project=flowers/);
    expect(await (await fetch(url)).text()).toBe("one");
  });

  it("says where to look when the function does not start", async () => {
    await writeFile(join(folder, "index.mjs"), "process.exit(3);");
    const files = ["package.json", "index.mjs"].map((file) => ({ name: file, sizeBytes: 1 }));
    await zipFunction({ folder, files, parts: [] }, zipPath);
    await expect(deploy()).rejects.toThrow(/failed to start and listen.*\n {2}serverless logs/);
  });
});
