import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { readBucketRegion } from "@virga/aws";

let server: Server;
let status = 200;
let headers: Record<string, string> = {};
let asked: string[] = [];

beforeEach(async () => {
  asked = [];
  server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.writeHead(status, headers).end();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
});
afterEach(() => void server.close());

function read(): Promise<string | undefined> {
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  const credentials = async () => ({ accessKeyId: "a", secretAccessKey: "b" });
  const endpoint = new URL(`http://127.0.0.1:${port}`);
  return readBucketRegion({ bucket: "models", region: "us-east-1", endpoint, credentials, maxAttempts: 1 });
}

describe("The region of a bucket", () => {
  it.each([200, 301, 400, 403])("is what the head of an answer with status %i says", async (answered) => {
    status = answered;
    headers = { "x-amz-bucket-region": "eu-west-1" };
    expect(await read()).toBe("eu-west-1");
    expect(asked).toEqual(["HEAD /models/"]);
  });

  it.each([200, 404, 500])("is unknown where an answer with status %i does not say", async (answered) => {
    status = answered;
    headers = {};
    expect(await read()).toBeUndefined();
  });

  it("is unknown where nobody answers", async () => {
    const reading = read();
    server.closeAllConnections();
    server.close();
    expect(await reading).toBeUndefined();
  });
});
