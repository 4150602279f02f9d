import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createFileStore, MANIFEST_FILE, type Manifest, Registry } from "@virga/core/weights";
import { report } from "../../weights/subject.ts";
import { ALIAS, AUTHOR, readOrder } from "../order.ts";

const { name, preparedFolder, registryFolder } = readOrder();
const manifest = JSON.parse(readFileSync(join(preparedFolder, MANIFEST_FILE), "utf8")) as Manifest;
const registry = new Registry(createFileStore(registryFolder));
const { version } = await registry.publish(name, preparedFolder, manifest, AUTHOR);
await registry.promote(name, version, ALIAS, AUTHOR);
report();
process.exit();
