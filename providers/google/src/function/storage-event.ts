/** A CloudEvent of Cloud Storage, `google.cloud.storage.object.v1.finalized`, as far as it is read here. */
export interface StorageEvent {
  readonly id?: string;
  readonly type?: string;
  readonly data?: {
    readonly bucket?: string;
    readonly name?: string;
    readonly generation?: string | number;
    readonly contentType?: string;
    readonly size?: string | number;
  };
}

/** The object that an event tells of. */
export interface ArrivedObject {
  readonly bucket: string;
  readonly name: string;
  readonly generation: string;
  readonly contentType: string;
  readonly sizeBytes: number;
}

const FINALIZED = "google.cloud.storage.object.v1.finalized";

/** Nothing for an event of another kind, or one that names no object. */
export function readStorageEvent({ type, data }: StorageEvent): ArrivedObject | undefined {
  const { bucket, name, generation, contentType = "application/octet-stream", size = 0 } = data ?? {};
  if (type !== FINALIZED || !bucket || !name || generation === undefined) return undefined;
  return { bucket, name, generation: String(generation), contentType, sizeBytes: Number(size) };
}
