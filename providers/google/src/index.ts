export { createGcsLocation, type GcsAccess } from "./store/gcs-location.ts";
export { createGcsStore, type GcsStoreOptions } from "./store/gcs-store.ts";
export { type GcsPlace, parseGcsUri } from "./store/gcs-uri.ts";
