// Writes the JSON Schema of `serverless.yml`, which editors read, from the one that checks it.
// Run: node --conditions=virga:source scripts/write-config-schema.mjs
import { writeFileSync } from "node:fs";
import { serverlessJsonSchema } from "../packages/core/src/config/config-schema.ts";

const file = new URL("../packages/core/serverless.schema.json", import.meta.url);
writeFileSync(file, `${JSON.stringify(serverlessJsonSchema(), undefined, 2)}\n`);
