import { describe, expect, it } from "@jest/globals";
import { createS3Location } from "../src/store/s3-location.ts";

const credentials = async () => ({ accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret", sessionToken: "token" });

function locate(bucket: string, key: string, region = "eu-west-1", endpoint?: URL) {
  return createS3Location({ region: async () => region, credentials, ...(endpoint && { endpoint }) }, bucket, key);
}

async function rangeOf(location: ReturnType<typeof locate>) {
  if (location.kind !== "http") throw new Error("an S3 object is fetched over HTTP");
  return location.request({ first: 0, last: 9 });
}

describe("a range of an S3 object", () => {
  it.each([
    ["models", "iris/1", "eu-west-1", "https://models.s3.eu-west-1.amazonaws.com/iris/1"],
    ["my.models", "iris/1", "us-east-1", "https://s3.us-east-1.amazonaws.com/my.models/iris/1"],
    ["models", "a b/ü!'()*", "cn-north-1", "https://models.s3.cn-north-1.amazonaws.com.cn/a%20b/%C3%BC%21%27%28%29%2A"],
  ])("of bucket %s and key %s in %s is at %s", async (bucket, key, region, url) => {
    expect((await rangeOf(locate(bucket, key, region))).url.href).toBe(url);
  });

  it("is addressed by path at a store that is not AWS", async () => {
    const { url } = await rangeOf(locate("models", "iris/1", "us-east-1", new URL("http://127.0.0.1:9000/base/")));
    expect(url.href).toBe("http://127.0.0.1:9000/base/models/iris/1");
  });

  it("is signed with the range and the session's token, and never shows the secret", async () => {
    const { headers } = await rangeOf(locate("models", "iris/1"));
    expect(headers["range"]).toBe("bytes=0-9");
    expect(headers["x-amz-security-token"]).toBe("token");
    expect(headers["authorization"]).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-west-1\/s3\/aws4_request/,
    );
    expect(headers["authorization"]).toMatch(/SignedHeaders=host;range;/);
    expect(JSON.stringify(headers)).not.toContain("secret");
  });

  it("is pinned to the state that the first answer had", () => {
    const location = locate("models", "iris/1");
    if (location.kind !== "http") throw new Error("an S3 object is fetched over HTTP");
    expect(location.pin({ etag: '"abc"' })).toEqual({ "if-match": '"abc"' });
    expect(location.pin({})).toBeUndefined();
  });
});
