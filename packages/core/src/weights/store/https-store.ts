import { InferenceError } from "../../errors.ts";
import type { ModelStore, ObjectInfo } from "./model-store.ts";
import { readOnly } from "./read-only.ts";
import { type RecordAnswer, requestRecord } from "./request-record.ts";

/**
 * A registry that a web server or a CDN hands out; read-only, and found by alias or number because HTTP knows no lists.
 *
 * @param root such as `https://models.example.org/registry`; `http:` is taken for this machine only.
 * @throws InferenceError `CONFIG_INVALID` for another scheme.
 */
export function createHttpsStore(root: URL): ModelStore {
  const isLocal = ["127.0.0.1", "[::1]", "localhost"].includes(root.hostname);
  if (root.protocol !== "https:" && !(root.protocol === "http:" && isLocal)) {
    throw new InferenceError("CONFIG_INVALID", `${root} is not served over https.`);
  }
  const uri = root.href.replace(/\/$/, "");
  const toUrl = (key: string): URL => new URL(`${uri}/${key.split("/").map(encodeURIComponent).join("/")}`);
  const get = (key: string, headers: Record<string, string>, signal?: AbortSignal): Promise<RecordAnswer> =>
    requestRecord("GET", toUrl(key), headers, signal);
  return {
    uri,
    ...readOnly(uri, "write to the store behind it"),
    async info(key, signal) {
      const { status, headers } = await requestRecord("HEAD", toUrl(key), {}, signal);
      return isThere(status, toUrl(key)) ? toInfo(key, headers) : undefined;
    },
    async read(key, signal) {
      const { status, headers, bytes } = await get(key, {}, signal);
      return isThere(status, toUrl(key)) ? { bytes, tag: tagOf(headers) } : undefined;
    },
    async readIfChanged(key, tag, signal) {
      const { status, headers, bytes } = await get(key, { "if-none-match": tag }, signal);
      if (status === 304 || (status === 200 && tag !== "" && tagOf(headers) === tag)) return "unchanged";
      return isThere(status, toUrl(key)) ? { bytes, tag: tagOf(headers) } : undefined;
    },
    locate: (key) => ({
      kind: "http",
      request: async ({ first, last }) => ({ url: toUrl(key), headers: { range: `bytes=${first}-${last}` } }),
      pin: ({ etag }) => (etag === undefined || etag.startsWith("W/") ? undefined : { "if-match": etag }),
    }),
  };
}

function isThere(status: number, url: URL): boolean {
  if (status === 200) return true;
  if (status === 404 || status === 410) return false;
  const code = status === 401 || status === 403 ? "WEIGHTS_DENIED" : "WEIGHTS_UNREACHABLE";
  throw new InferenceError(code, `${url} answered with status ${status}.`);
}

/** A server without ETags is told apart by its times. */
function tagOf(headers: RecordAnswer["headers"]): string {
  return headers.etag ?? headers["last-modified"] ?? "";
}

function toInfo(key: string, headers: RecordAnswer["headers"]): ObjectInfo {
  return {
    key,
    sizeBytes: Number(headers["content-length"] ?? 0),
    tag: tagOf(headers),
    modifiedAtMs: Date.parse(headers["last-modified"] ?? "") || 0,
  };
}
