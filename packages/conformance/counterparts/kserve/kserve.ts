import { fileURLToPath } from "node:url";
import type { Counterpart } from "../counterpart.ts";
import { identity, sumAndDifference } from "../models.ts";
import { preparePython, runChecks } from "../python.ts";
import { withService } from "../virga-serve.ts";

const local = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

/** KServe's own client of the Open Inference Protocol and of its first version. */
export const kserve: Counterpart = {
  name: "kserve",
  async run(report) {
    const python = preparePython(local("requirements.txt"));
    const models = { simple: sumAndDifference(), text: identity("string", ["N"]), half: identity("float16", ["N"]) };
    await withService(models, (url) => runChecks(python, [local("client_checks.py"), url], report));
  },
};
