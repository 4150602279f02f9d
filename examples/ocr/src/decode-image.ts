import { InferenceError } from "@virga/core";
import jpeg from "jpeg-js";
import { PNG } from "pngjs";
import type { Image } from "./image.ts";

/** A small file can hold a huge image: what is larger is refused before memory is taken for it. */
const MAX_PIXELS = 16_000_000;
const MAX_JPEG_MEMORY_MB = 256;

const PNG_SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const PNG_HEADER_BYTES = 33;
const JPEG_SIGNATURE = [0xff, 0xd8, 0xff];

/**
 * Reads a PNG or a JPEG file; what is transparent is seen on white.
 *
 * @throws InferenceError `INPUT_INVALID` for other bytes, a damaged file, an interlaced PNG and more than 16 megapixels.
 */
export function decodeImage(bytes: Uint8Array): Image {
  const decode = chooseDecoder(bytes);
  try {
    return decode(bytes);
  } catch (error) {
    if (InferenceError.is(error)) throw error;
    throw new InferenceError("INPUT_INVALID", "The image cannot be read: its file is damaged.", { cause: error });
  }
}

function chooseDecoder(bytes: Uint8Array): (bytes: Uint8Array) => Image {
  const startsWith = (signature: readonly number[]) => signature.every((byte, index) => bytes[index] === byte);
  if (startsWith(PNG_SIGNATURE)) return decodePng;
  if (startsWith(JPEG_SIGNATURE)) return decodeJpeg;
  throw new InferenceError("INPUT_INVALID", "The image is neither a PNG nor a JPEG file.");
}

function decodePng(bytes: Uint8Array): Image {
  checkPngHeader(bytes);
  const { width, height, data } = PNG.sync.read(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  return { width, height, pixels: onWhite(data) };
}

/** Source: PNG specification, 11.2.1 IHDR. */
function checkPngHeader(bytes: Uint8Array): void {
  if (bytes.length < PNG_HEADER_BYTES) throw new InferenceError("INPUT_INVALID", "The PNG file ends in its header.");
  const header = new DataView(bytes.buffer, bytes.byteOffset, PNG_HEADER_BYTES);
  checkPixels(header.getUint32(16), header.getUint32(20));
  // The decoder knows beforehand how large any other PNG becomes, and stops there.
  const interlaceMethod = header.getUint8(28);
  if (interlaceMethod !== 0) {
    throw new InferenceError("INPUT_INVALID", "The PNG file is interlaced; save it without interlacing.");
  }
}

function decodeJpeg(bytes: Uint8Array): Image {
  const { width, height, data } = jpeg.decode(bytes, {
    useTArray: true,
    maxResolutionInMP: MAX_PIXELS / 1e6,
    maxMemoryUsageInMB: MAX_JPEG_MEMORY_MB,
  });
  return { width, height, pixels: data };
}

function checkPixels(width: number, height: number): void {
  if (width * height <= MAX_PIXELS) return;
  throw new InferenceError(
    "INPUT_INVALID",
    `The image has ${width} x ${height} pixels; at most ${MAX_PIXELS / 1e6} million can be read.`,
  );
}

function onWhite(pixels: Uint8Array): Uint8Array {
  for (let pixel = 0; pixel < pixels.length; pixel += 4) {
    const alpha = (pixels[pixel + 3] ?? 255) / 255;
    if (alpha === 1) continue;
    for (let channel = pixel; channel < pixel + 3; channel += 1) {
      pixels[channel] = (pixels[channel] ?? 0) * alpha + 255 * (1 - alpha);
    }
  }
  return pixels;
}
