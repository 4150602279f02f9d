import { v2 } from "@google-cloud/functions";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { TextReader, Uint8ArrayWriter, ZipWriter } from "@zip.js/zip.js";
import { GoogleAuth, OAuth2Client } from "google-auth-library";
import { type GoogleFunctions, startGoogleFunctions } from "../../src/google-functions/index.ts";

const PARENT = "projects/flowers/locations/us-central1";
const NAME = `${PARENT}/functions/hello`;

let server: GoogleFunctions;
let client: v2.FunctionServiceClient;

beforeAll(async () => {
  server = await startGoogleFunctions({ project: "flowers" });
  const authClient = new OAuth2Client();
  authClient.setCredentials({ access_token: "stand-in-access-token" });
  client = new v2.FunctionServiceClient({
    fallback: true,
    apiEndpoint: server.url.hostname,
    port: Number(server.url.port),
    protocol: "http",
    auth: new GoogleAuth({ authClient }),
  });
});

afterAll(async () => {
  await client.close();
  await server.close();
});

async function upload(text: string): Promise<{ bucket: string; object: string }> {
  const zip = new ZipWriter(new Uint8ArrayWriter());
  await zip.add("package.json", new TextReader('{"type":"module","main":"index.mjs"}'));
  await zip.add(
    "index.mjs",
    new TextReader(`export const hello = (_, response) => response.end(${JSON.stringify(text)});`),
  );
  const [{ uploadUrl, storageSource }] = await client.generateUploadUrl({ parent: PARENT, environment: "GEN_2" });
  const headers = { "content-type": "application/zip" };
  const answer = await fetch(String(uploadUrl), { method: "PUT", headers, body: Buffer.from(await zip.close()) });
  expect(answer.status).toBe(200);
  return { bucket: String(storageSource?.bucket), object: String(storageSource?.object) };
}

describe("Google's own client against the stand-in", () => {
  it("lists runtimes, creates a function that runs, updates it, lists it and deletes it", async () => {
    const [runtimes] = await client.listRuntimes({ parent: PARENT });
    expect(runtimes.runtimes?.map(({ name }) => name)).toContain("nodejs22");
    const buildConfig = { runtime: "nodejs22", entryPoint: "hello", source: { storageSource: await upload("one") } };
    const resource = { name: NAME, buildConfig, serviceConfig: { availableMemory: "256Mi" } };
    const [creation] = await client.createFunction({ parent: PARENT, functionId: "hello", function: resource });
    const [created] = await creation.promise();
    expect(created).toMatchObject({ name: NAME, environment: 2, state: 1 });
    const url = String(created.serviceConfig?.uri);
    expect((await fetch(url)).status).toBe(403);
    const changed = { ...resource, buildConfig: { ...buildConfig, source: { storageSource: await upload("two") } } };
    const updateMask = { paths: ["build_config"] };
    const [update] = await client.updateFunction({ function: changed, updateMask });
    await update.promise();
    const [functions] = await client.listFunctions({ parent: PARENT });
    expect(functions).toHaveLength(1);
    const [deletion] = await client.deleteFunction({ name: NAME });
    await deletion.promise();
    await expect(client.getFunction({ name: NAME })).rejects.toMatchObject({ code: 5 });
    expect(server.misunderstood).toEqual([]);
  });
});
