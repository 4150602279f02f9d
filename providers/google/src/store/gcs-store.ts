import { pipeline } from "node:stream/promises";
import { type Bucket, type File, Storage } from "@google-cloud/storage";
import {
  type ModelStore,
  type ObjectInfo,
  readVerified,
  type WriteCondition,
  type WriteOptions,
  type WriteSource,
} from "@virga/core/weights";
import { type GcsAction, isMissingObject, toGcsFailure } from "./gcs-failure.ts";
import { createGcsLocation, type GcsAccess } from "./gcs-location.ts";

/** Which bucket, and how it is reached. */
export interface GcsStoreOptions {
  readonly bucket: string;
  /** Below which everything is kept; without slashes at its ends. */
  readonly prefix?: string;
  /** As the SDK finds it where absent. */
  readonly projectId?: string;
  /** Of a stand-in for Cloud Storage, such as `http://127.0.0.1:4443`; it is called without credentials. */
  readonly endpoint?: URL;
  /** The project that pays for requests to someone else's requester-pays bucket. */
  readonly userProject?: string;
}

/** Permission that each action of this store needs. */
const ACTIONS = {
  read: "storage.objects.get",
  write: "storage.objects.create (and storage.objects.delete to replace one)",
  delete: "storage.objects.delete",
  list: "storage.objects.list",
} as const;

/** A read may find its generation replaced between two requests; it looks again this often. */
const READ_ATTEMPTS = 5;

/** Objects in a Google Cloud Storage bucket. */
export function createGcsStore(options: GcsStoreOptions): ModelStore {
  const { prefix = "", endpoint, userProject } = options;
  const root = prefix === "" ? "" : `${prefix}/`;
  const storage = createClient(options);
  const payer = userProject === undefined ? {} : { userProject };
  const bucket = storage.bucket(options.bucket, payer);
  const access: GcsAccess = {
    token: async () =>
      endpoint === undefined ? ((await storage.authClient.getAccessToken()) ?? undefined) : undefined,
    ...(endpoint && { endpoint }),
    ...payer,
  };
  const fileAt = (key: string): File => bucket.file(root + key);

  async function failing<Result>(
    name: keyof typeof ACTIONS,
    key: string,
    work: () => Promise<Result>,
  ): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      throw toGcsFailure(error, {
        name,
        permission: ACTIONS[name],
        bucket: options.bucket,
        key: root + key,
      } satisfies GcsAction);
    }
  }

  return {
    uri: `gs://${options.bucket}${prefix === "" ? "" : `/${prefix}`}`,
    locate: (key) => createGcsLocation(access, options.bucket, root + key),
    info: (key) => failing("read", key, () => readInfo(fileAt(key), key)),
    read: (key) => failing("read", key, () => readWhole(fileAt(key), key, payer)),
    readIfChanged: (key, tag) =>
      failing("read", key, async () => {
        const info = await readInfo(fileAt(key), key);
        return info?.tag === tag ? "unchanged" : readWhole(fileAt(key), key, payer);
      }),
    write: (key, source, writeOptions = {}) => failing("write", key, () => write(fileAt(key), source, writeOptions)),
    list: (keyPrefix) => list(bucket, root, keyPrefix, (work) => failing("list", keyPrefix, work)),
    delete: (key) => failing("delete", key, () => deleteIfPresent(fileAt(key))),
  };
}

function createClient({ projectId, endpoint }: GcsStoreOptions): Storage {
  if (endpoint === undefined) return new Storage({ ...(projectId && { projectId }) });
  const apiEndpoint = endpoint.href.replace(/\/$/, "");
  const storage = new Storage({ apiEndpoint, projectId: projectId ?? "local", useAuthWithCustomEndpoint: false });
  // Where the process has STORAGE_EMULATOR_HOST, the SDK takes that for the API's path as well.
  storage.baseUrl = `${apiEndpoint}/storage/v1`;
  return storage;
}

async function readInfo(file: File, key: string): Promise<ObjectInfo | undefined> {
  try {
    const [metadata] = await file.getMetadata();
    return {
      key,
      sizeBytes: Number(metadata.size),
      tag: String(metadata.generation),
      modifiedAtMs: Date.parse(metadata.updated ?? ""),
    };
  } catch (error) {
    if (isMissingObject(error)) return undefined;
    throw error;
  }
}

/** The bytes of one generation: the SDK's download does not say which one it gave, nor knows who pays for the bucket. */
async function readWhole(
  file: File,
  key: string,
  payer: { readonly userProject?: string },
): Promise<{ bytes: Uint8Array; tag: string } | undefined> {
  for (let attempt = 1; ; attempt += 1) {
    const info = await readInfo(file, key);
    if (info === undefined) return undefined;
    try {
      const [bytes] = await file.bucket.file(file.name, { generation: info.tag }).download(payer);
      return { bytes, tag: info.tag };
    } catch (error) {
      if (!isMissingObject(error) || attempt === READ_ATTEMPTS) throw error;
    }
  }
}

function toPrecondition(condition: WriteCondition | undefined): { ifGenerationMatch?: number | string } {
  if (condition === undefined) return {};
  return { ifGenerationMatch: condition.kind === "absent" ? 0 : condition.tag };
}

async function write(
  file: File,
  source: WriteSource,
  { condition, signal, onProgress }: WriteOptions,
): Promise<string> {
  const preconditionOpts = toPrecondition(condition);
  if (source.kind === "bytes") {
    await file.save(Buffer.from(source.bytes), { resumable: false, preconditionOpts });
  } else {
    const target = file.createWriteStream({ resumable: true, preconditionOpts });
    await pipeline(readVerified(source, onProgress), target, { ...(signal && { signal }) });
  }
  return String(file.metadata.generation);
}

/** The SDK's own `ignoreNotFound` says nothing of a missing bucket either. */
async function deleteIfPresent(file: File): Promise<void> {
  try {
    await file.delete();
  } catch (error) {
    if (!isMissingObject(error)) throw error;
  }
}

async function* list(
  bucket: Bucket,
  root: string,
  keyPrefix: string,
  failing: <Result>(work: () => Promise<Result>) => Promise<Result>,
): AsyncGenerator<ObjectInfo> {
  let query: object | null = { prefix: root + keyPrefix };
  while (query !== null) {
    // Said for every page: the SDK drops it from the next query, and would then fetch all the rest over and over.
    const asked: object = { ...query, autoPaginate: false };
    const [files, next] = await failing(() => bucket.getFiles(asked));
    for (const { name, metadata } of files) {
      yield {
        key: name.slice(root.length),
        sizeBytes: Number(metadata.size),
        tag: String(metadata.generation),
        modifiedAtMs: Date.parse(metadata.updated ?? ""),
      };
    }
    query = next ?? null;
  }
}
