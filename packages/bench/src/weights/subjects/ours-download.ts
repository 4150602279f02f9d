import { registrySource } from "../registry-source.ts";
import { begin, readJob, report } from "../subject.ts";

const { registry, cache, fetch, name, reference } = registrySource(readJob());
const { manifest } = await registry.resolve(name, reference);
begin();
const files = manifest.files.map((file) => ({ ...file, location: registry.locate(name, file) }));
const folder = await cache.open({ files, chunkBytes: manifest.chunkBytes }, fetch);
await folder.verified;
report();
await folder.release();
process.exit();
