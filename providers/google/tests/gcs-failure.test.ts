import { describe, expect, it } from "@jest/globals";
import { explainAnswer, toGcsFailure } from "../src/store/gcs-failure.ts";

const action = { name: "read", permission: "storage.objects.get", bucket: "models", key: "iris/blobs/1" };

describe("what Cloud Storage refuses", () => {
  it.each([
    [{ code: 403, message: "denied" }, "WEIGHTS_DENIED", /storage.objects.get/],
    [{ code: 404, message: "The specified bucket does not exist." }, "WEIGHTS_MISSING", /no bucket models/],
    [{ code: 412, message: "Precondition failed" }, "WRITE_CONFLICT", /someone else/],
    [
      { code: 400, message: "Bucket is a requester pays bucket but no user project provided." },
      "WEIGHTS_DENIED",
      /userProject/,
    ],
    [{ message: "Could not load the default credentials." }, "WEIGHTS_DENIED", /gcloud auth application-default login/],
    [{ code: 503, message: "Backend Error" }, "WEIGHTS_UNREACHABLE", /status 503/],
  ])("%j is said with what to do", (error, code, message) => {
    const given = Object.assign(new Error(error.message), error);
    expect(toGcsFailure(given, action)).toMatchObject({ code, message: expect.stringMatching(message) });
    // A resumable upload rejects with a plain object.
    expect(toGcsFailure(error, action)).toMatchObject({ code });
  });

  it("explains a refused range, and leaves what may pass to another try", () => {
    expect(explainAnswer(404, "<Error><Code>NoSuchKey</Code></Error>", action)).toMatchObject({
      code: "WEIGHTS_MISSING",
    });
    expect(explainAnswer(403, "<Error><Code>AccessDenied</Code></Error>", action)).toMatchObject({
      code: "WEIGHTS_DENIED",
    });
    expect(explainAnswer(503, "", action)).toBeUndefined();
    expect(explainAnswer(429, "", action)).toBeUndefined();
  });
});
