import { describe, expect, it } from "@jest/globals";
import { UsageError } from "../src/frame/bench.ts";
import { toServerOrder } from "../src/weights/store-flags.ts";

const model = { registryFiles: { "mlp/blobs/1": "/cache/1" }, originalPath: "/cache/mlp.onnx" };
const flags = { rounds: 1, limit: "80", link: "none", "first-byte-ms": "25", tls: "no", cache: "/cache" };

describe("the store that flags ask for", () => {
  it("limits each connection, takes its time, and has a bucket that is corrupt", () => {
    expect(toServerOrder(flags, model)).toEqual({
      files: {
        "/models/mlp/blobs/1": "/cache/1",
        "/corrupt/mlp/blobs/1": "/cache/1",
        "/models/original.onnx": "/cache/mlp.onnx",
      },
      bytesPerSecond: 80 * 1024 * 1024,
      firstByteDelayMs: 25,
      secure: false,
    });
  });

  it("has no limit and no delay where none is asked for, and speaks TLS", () => {
    const order = toServerOrder({ ...flags, limit: "none", "first-byte-ms": "0", tls: "yes" }, model);
    expect(order).toMatchObject({ firstByteDelayMs: 0, secure: true });
    expect(order).not.toHaveProperty("bytesPerSecond");
    expect(order).not.toHaveProperty("linkBytesPerSecond");
    expect(toServerOrder({ ...flags, link: "600" }, model).linkBytesPerSecond).toBe(600 * 1024 * 1024);
  });

  it.each([{ limit: "fast" }, { limit: "-1" }, { limit: "" }, { "first-byte-ms": "soon" }, { tls: "maybe" }])(
    "refuses %p",
    (typed) => {
      expect(() => toServerOrder({ ...flags, ...typed }, model)).toThrow(UsageError);
    },
  );
});
