import { describe, expect, it } from "@jest/globals";
import { explainAnswer, toS3Failure } from "../src/store/s3-failure.ts";

const action = { name: "read", permission: "s3:GetObject", bucket: "models", key: "iris/blobs/1" };

function sdkError(name: string, httpStatusCode?: number): Error {
  return Object.assign(new Error("as the SDK words it"), { name, $metadata: { httpStatusCode } });
}

describe("what S3 refuses", () => {
  it.each([
    ["NoSuchBucket", 404, "WEIGHTS_MISSING", /no bucket models/],
    ["PermanentRedirect", 301, "WEIGHTS_MISSING", /another region.*aws.region/],
    ["AccessDenied", 403, "WEIGHTS_DENIED", /s3:GetObject.*requester-pays/],
    ["ExpiredToken", 400, "WEIGHTS_DENIED", /expired.*renew/],
    ["SignatureDoesNotMatch", 403, "WEIGHTS_DENIED", /secret key/],
    ["CredentialsProviderError", undefined, "WEIGHTS_DENIED", /No AWS credentials.*AWS_PROFILE/],
    ["PreconditionFailed", 412, "WRITE_CONFLICT", /written by someone else/],
    ["SlowDown", 503, "WEIGHTS_UNREACHABLE", /status 503/],
    ["TimeoutError", undefined, "WEIGHTS_UNREACHABLE", /TimeoutError/],
  ])("%s is said with what to do", (name, status, code, message) => {
    expect(toS3Failure(sdkError(name, status), action)).toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });

  it("keeps the SDK's error as the cause and out of the message", () => {
    const failure = toS3Failure(sdkError("AccessDenied", 403), action);
    expect(failure).toMatchObject({ cause: { message: "as the SDK words it" } });
    expect(String(failure)).not.toContain("as the SDK words it");
  });

  it.each([
    [403, "<Error><Code>AccessDenied</Code></Error>", "WEIGHTS_DENIED"],
    [400, "<Error><Code>ExpiredToken</Code></Error>", "WEIGHTS_DENIED"],
    [404, "<Error><Code>NoSuchKey</Code></Error>", "WEIGHTS_MISSING"],
    [404, "<Error><Code>NoSuchBucket</Code></Error>", "WEIGHTS_MISSING"],
  ])("a range answered %i %s is explained", (status, body, code) => {
    expect(explainAnswer(status, body, action)).toMatchObject({ code });
  });

  it("leaves what may pass to another try", () => {
    expect(explainAnswer(503, "<Error><Code>SlowDown</Code></Error>", action)).toBeUndefined();
    expect(explainAnswer(500, "not even XML", action)).toBeUndefined();
  });
});
