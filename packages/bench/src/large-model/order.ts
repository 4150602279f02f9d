/** What a subject of the large model is told. */
export interface Order {
  readonly originalPath: string;
  readonly name: string;
  readonly preparedFolder: string;
  readonly registryFolder: string;
  readonly cacheFolder: string;
  /** Where the registry is served. */
  readonly registryUrl: string;
}

export const AUTHOR = { by: "benchmark" } as const;
export const ALIAS = "production";

/** The order of this process, a subject. */
export function readOrder(): Order {
  return JSON.parse(process.argv[2] ?? "") as Order;
}
