import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Counterpart } from "../counterpart.ts";
import { preparePython } from "../python.ts";
import { deployOnMinistack } from "./ministack.ts";
import { deployOnMoto } from "./moto.ts";
import { ROOT } from "./project.ts";

const REQUIREMENTS = fileURLToPath(new URL("requirements.txt", import.meta.url));

/** The Serverless Framework with our plugin against two stand-ins for AWS that others wrote. */
export const deployAws: Counterpart = {
  name: "deploy-aws",
  async run(report) {
    execFileSync(process.execPath, [join(ROOT, "scripts/build.mjs"), "--quiet"], { stdio: "inherit" });
    const python = preparePython(REQUIREMENTS);
    await deployOnMinistack(python, report);
    await deployOnMoto(python, report);
  },
};
