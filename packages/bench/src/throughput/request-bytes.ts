import type { Body } from "../warm/bodies.ts";

/** A request as it goes over the wire, written once and sent many times. */
export function toRequestBytes(path: string, { bytes, headers }: Body): Uint8Array {
  const lines = [
    `POST ${path} HTTP/1.1`,
    "host: 127.0.0.1",
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    `content-length: ${bytes.byteLength}`,
  ];
  return Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1"), bytes]);
}
