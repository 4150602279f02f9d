import { fileURLToPath } from "node:url";
import type { Counterpart } from "../counterpart.ts";
import { identity, sumAndDifference } from "../models.ts";
import { preparePython, runChecks } from "../python.ts";
import { withService } from "../virga-serve.ts";

const local = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

/** The text parser of Prometheus' own Python client. */
export const prometheus: Counterpart = {
  name: "prometheus",
  async run(report) {
    const python = preparePython(local("requirements.txt"));
    const models = { simple: sumAndDifference(), text: identity("string", ["N"]) };
    await withService(models, (url) => runChecks(python, [local("client_checks.py"), url], report));
  },
};
