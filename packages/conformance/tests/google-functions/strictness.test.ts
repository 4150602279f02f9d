import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type GoogleFunctions, startGoogleFunctions } from "../../src/google-functions/index.ts";

const PARENT = "v2/projects/flowers/locations/us-central1";
const FUNCTION = { buildConfig: { runtime: "nodejs22", entryPoint: "predict" } };
const FINALIZED = "google.cloud.storage.object.v1.finalized";

let server: GoogleFunctions;

beforeAll(async () => {
  server = await startGoogleFunctions({ project: "flowers" });
});
afterAll(() => server.close());

async function ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(new URL(path, server.url), {
    method,
    headers: { authorization: "Bearer stand-in-access-token", "content-type": "application/json", ...headers },
    body: body === undefined ? null : JSON.stringify(body),
  });
  const { error } = (await response.json()) as { error?: { status: string; message: string } };
  return [response.status, error?.status, error?.message];
}

const create = (resource: object, id = "hello") => ask("POST", `${PARENT}/functions?functionId=${id}`, resource);

describe("the stand-in for Cloud Functions refuses what Google's description does not know", () => {
  it.each<[string, object, RegExp]>([
    ["a field", { ...FUNCTION, memory: "1Gi" }, /Unknown name "memory": Cannot find field/],
    ["a field further in", { serviceConfig: { memorySize: 1 } }, /Unknown name "memorySize" at 'serviceConfig'/],
    ["a field in the spelling of Protocol Buffers", { build_config: {} }, /Unknown name "build_config"/],
    ["a number in place of a text", { serviceConfig: { availableMemory: 1_024 } }, /availableMemory' \(string\), 1024/],
    ["a text in place of a number", { serviceConfig: { timeoutSeconds: "30s" } }, /timeoutSeconds' \(int32\)/],
    ["a fraction in place of a whole number", { serviceConfig: { timeoutSeconds: 1.5 } }, /timeoutSeconds' \(int32\)/],
    ["a member of no enumeration", { environment: "GEN_3" }, /'environment' \(Environment\), "GEN_3"/],
    ["a list in place of a map", { labels: ["a"] }, /'labels' \(map\)/],
    ["a map of numbers", { labels: { a: 1 } }, /'labels\[a\]' \(string\), 1/],
    [
      "two of one",
      { buildConfig: { source: { storageSource: {}, gitUri: "x" } } },
      /oneof field 'source' is already set/,
    ],
    ["a runtime that has ended", { buildConfig: { runtime: "nodejs20", entryPoint: "x" } }, /not a supported runtime/],
    [
      "another function's name",
      { ...FUNCTION, name: "projects/flowers/locations/x/functions/y" },
      /Function name is not/,
    ],
    ["too little memory", { ...FUNCTION, serviceConfig: { availableMemory: "64Mi" } }, /available_memory: 64Mi/],
    [
      "concurrency without a processor",
      { ...FUNCTION, serviceConfig: { availableMemory: "1Gi", maxInstanceRequestConcurrency: 2 } },
      /Total cpu < 1 is not supported with concurrency > 1/,
    ],
    [
      "a variable of its own",
      { ...FUNCTION, serviceConfig: { environmentVariables: { K_SERVICE: "x" } } },
      /K_SERVICE is reserved/,
    ],
    ["an event of another kind", { ...FUNCTION, eventTrigger: { eventType: "x" } }, /Event type x/],
    [
      "an event without a bucket",
      { ...FUNCTION, eventTrigger: { eventType: FINALIZED, eventFilters: [{ attribute: "path", value: "x" }] } },
      /exactly one filter/,
    ],
    ["a policy of another name", { ...FUNCTION, eventTrigger: { retryPolicy: "RETRY" } }, /\(RetryPolicy\), "RETRY"/],
    [
      "an event that takes longer than it may",
      {
        ...FUNCTION,
        serviceConfig: { timeoutSeconds: 541 },
        eventTrigger: { eventType: FINALIZED, eventFilters: [{ attribute: "bucket", value: "x" }] },
      },
      /must be at most 540/,
    ],
    ["a source that was not uploaded", FUNCTION, /source object .* does not exist/],
  ])("%s", async (_, resource, message) => {
    expect(await create(resource)).toEqual([400, "INVALID_ARGUMENT", expect.stringMatching(message)]);
  });

  it("names, masks, parameters, bodies and callers as well", async () => {
    expect((await create(FUNCTION, "No_Name"))[2]).toMatch(/Invalid function id No_Name/);
    expect((await ask("PATCH", `${PARENT}/functions/hello?updateMask=service_config.memory`, {}))[2]).toMatch(
      /service_config\.memory names no field/,
    );
    expect((await ask("GET", `${PARENT}/functions/hello?stage=dev`))[2]).toMatch(/"stage": Cannot bind query/);
    expect((await ask("POST", `${PARENT}/functions:generateUploadUrl`, { env: "GEN_2" }))[2]).toMatch(/"env"/);
    expect((await ask("POST", `${PARENT}/functions`, {}, { "content-type": "text/plain" }))[0]).toBe(400);
    expect(await ask("GET", `${PARENT}/functions/none`)).toEqual([404, "NOT_FOUND", expect.any(String)]);
    expect((await ask("GET", `${PARENT}/functions/none`, undefined, { authorization: "Bearer no" }))[0]).toBe(401);
    expect((await ask("GET", "v2/projects/other/locations/us-central1/functions/x"))[0]).toBe(403);
    expect((await ask("GET", "v3/anything"))[1]).toBe("UNIMPLEMENTED");
  });

  it("an upload that carries credentials, or is of another type", async () => {
    const begun = await fetch(new URL(`${PARENT}/functions:generateUploadUrl`, server.url), {
      method: "POST",
      headers: { authorization: "Bearer stand-in-access-token", "content-type": "application/json" },
      body: '{"environment":"GEN_2"}',
    });
    const { uploadUrl } = (await begun.json()) as { uploadUrl: string };
    const upload = async (headers: Record<string, string>) =>
      (await fetch(uploadUrl, { method: "PUT", headers, body: "x" })).status;
    expect(await upload({ "content-type": "application/zip", authorization: "Bearer x" })).toBe(400);
    expect(await upload({ "content-type": "text/plain" })).toBe(403);
    expect(await upload({ "content-type": "application/zip" })).toBe(200);
  });
});
