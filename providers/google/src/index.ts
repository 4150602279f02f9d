export { createGcsLocation, type GcsAccess } from "./store/gcs-location.ts";
export { createGcsStore, type GcsStoreOptions } from "./store/gcs-store.ts";
