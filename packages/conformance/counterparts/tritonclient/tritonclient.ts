import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Counterpart } from "../counterpart.ts";
import { identities, identity, sumAndDifference } from "../models.ts";
import { preparePython, runChecks } from "../python.ts";
import { withService } from "../virga-serve.ts";

const local = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

/** NVIDIA's client of the Open Inference Protocol over HTTP. */
export const tritonclient: Counterpart = {
  name: "tritonclient",
  async run(report) {
    const python = preparePython(local("requirements.txt"));
    const models = {
      simple: sumAndDifference(),
      types: identities(["N"]),
      text: identity("string", ["N", 2]),
      iris: readFileSync(local("../../../../examples/iris/model.onnx")),
    };
    await withService(models, (url) => runChecks(python, [local("client_checks.py"), url], report));
  },
};
