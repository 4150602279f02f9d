import { crc32, deflateSync } from "node:zlib";
import { describe, expect, it } from "@jest/globals";
import jpeg from "jpeg-js";
import { PNG } from "pngjs";
import { decodeImage } from "../src/decode-image.ts";
import { toPlanes } from "../src/image.ts";

const asIs = { mean: [0, 0, 0], deviation: [1, 1, 1] } as const;

function png(width: number, height: number, pixels: number[]): Buffer {
  const image = new PNG({ width, height });
  image.data.set(pixels);
  return PNG.sync.write(image);
}

describe("toPlanes", () => {
  const image = { width: 2, height: 1, pixels: Uint8Array.of(255, 0, 51, 255, 0, 255, 51, 255) };
  const whole = { left: 0, top: 0, right: 2, bottom: 1 };

  it("gives the planes blue, green and red", () => {
    const planes = toPlanes(image, whole, { width: 2, height: 1 }, asIs);
    expect(planes).toEqual(Float32Array.of(0.2, 0.2, 0, 1, 1, 0));
  });

  it("normalises each plane by its own mean and deviation", () => {
    const planes = toPlanes(image, whole, { width: 2, height: 1 }, { mean: [0.2, 0, 1], deviation: [1, 0.5, 2] });
    expect(planes).toEqual(Float32Array.of(0, 0, 0, 2, 0, -0.5));
  });

  it("interpolates between the centres of pixels and looks at nothing outside the part", () => {
    const [, , , , ...green] = toPlanes(image, whole, { width: 4, height: 1 }, asIs);
    expect(green.slice(0, 4)).toEqual([0, 0.25, 0.75, 1]);
    const right = toPlanes(image, { ...whole, left: 1 }, { width: 2, height: 2 }, asIs);
    expect([...right.subarray(4)]).toEqual([1, 1, 1, 1, 0, 0, 0, 0]);
  });
});

describe("decodeImage", () => {
  it("reads a PNG, with what is transparent on white", () => {
    const image = decodeImage(png(2, 1, [10, 20, 30, 255, 10, 20, 30, 0]));
    expect([image.width, image.height, ...image.pixels.subarray(0, 3)]).toEqual([2, 1, 10, 20, 30]);
    expect([...image.pixels.subarray(4, 7)]).toEqual([255, 255, 255]);
  });

  it("reads a JPEG", () => {
    const { data } = jpeg.encode({ width: 8, height: 8, data: Buffer.alloc(8 * 8 * 4, 128) }, 90);
    const image = decodeImage(data);
    expect([image.width, image.height, image.pixels.length]).toEqual([8, 8, 256]);
    expect(Math.abs((image.pixels[0] ?? 0) - 128)).toBeLessThan(3);
  });

  const valid = png(
    4,
    4,
    Array.from({ length: 64 }, () => 255),
  );

  it.each([
    ["no image", Buffer.from("GIF89a"), "neither a PNG nor a JPEG"],
    ["nothing", Buffer.alloc(0), "neither a PNG nor a JPEG"],
    ["a PNG that ends in its header", valid.subarray(0, 20), "ends in its header"],
    ["a PNG that ends in its data", valid.subarray(0, 50), "damaged"],
    ["a damaged PNG", withBytes(valid, 45, [0, 0, 0]), "damaged"],
    ["a PNG of 65535 x 65535 pixels", withBytes(valid, 16, [0, 0, 255, 255, 0, 0, 255, 255]), "16 million"],
    ["an interlaced PNG", withBytes(valid, 28, [1]), "interlaced"],
    ["a PNG that inflates to more than its pixels", bomb(valid), "damaged"],
    ["a damaged JPEG", Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 4, 1]), "damaged"],
  ])("refuses %s", (_name, bytes, message) => {
    const refusal = { code: "INPUT_INVALID", message: expect.stringContaining(message) };
    expect(() => decodeImage(bytes)).toThrow(expect.objectContaining(refusal));
  });
});

function withBytes(file: Buffer, offset: number, bytes: number[]): Buffer {
  const copy = Buffer.from(file);
  copy.set(bytes, offset);
  return copy;
}

/** The same header, and 16 MB of zeros for its 4 x 4 pixels. */
function bomb(file: Buffer): Buffer {
  const data = deflateSync(Buffer.alloc(1 << 24));
  const chunk = Buffer.alloc(12 + data.length);
  chunk.writeUInt32BE(data.length, 0);
  chunk.write("IDAT", 4);
  chunk.set(data, 8);
  chunk.writeUInt32BE(crc32(chunk.subarray(4, 8 + data.length)), 8 + data.length);
  const [headerEnd, endChunkBytes] = [33, 12];
  return Buffer.concat([file.subarray(0, headerEnd), chunk, file.subarray(-endChunkBytes)]);
}
