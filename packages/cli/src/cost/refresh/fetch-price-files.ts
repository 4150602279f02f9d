import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream } from "node:stream/web";
import { InferenceError } from "@virga/core";
import { AWS_OFFERS } from "./aws-usage-types.ts";

/** Where AWS publishes its price files, to everyone and without a key. */
const PRICE_LIST_URL = "https://pricing.us-east-1.amazonaws.com";

/** Saves AWS's price files of some regions in a folder. @throws InferenceError `WEIGHTS_UNREACHABLE` naming the address. */
export async function fetchPriceFiles(
  folder: string,
  regions: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  report: (text: string) => void,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const offer of AWS_OFFERS) {
    for (const region of regions) {
      const base = environment["AWS_ENDPOINT_URL_PRICING"] ?? PRICE_LIST_URL;
      report(`Fetching ${offer} of ${region} …`);
      await fetchFile(
        `${base}/offers/v1.0/aws/${offer}/current/${region}/index.csv`,
        join(folder, `${offer}-${region}.csv`),
      );
    }
  }
}

async function fetchFile(url: string, path: string): Promise<void> {
  const response = await fetch(url).catch((error: unknown) => {
    throw new InferenceError("WEIGHTS_UNREACHABLE", `${url} cannot be reached.`, { cause: error });
  });
  if (!response.ok || response.body === null) {
    throw new InferenceError("WEIGHTS_UNREACHABLE", `${url} answers with status ${response.status}.`);
  }
  await pipeline(Readable.fromWeb(response.body as ReadableStream<Uint8Array>), createWriteStream(path));
}
