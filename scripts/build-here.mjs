// Builds what has changed, then goes to the folder that the user called from.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const build = fileURLToPath(new URL("build.mjs", import.meta.url));
const { status } = spawnSync(process.execPath, [build, "--quiet"], { stdio: "inherit" });
if (status !== 0) process.exit(1);
// The package manager runs scripts in the root, and names the user's own folder here.
const calledFrom = process.env.INIT_CWD;
if (calledFrom !== undefined) process.chdir(calledFrom);
