import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

// Read by the runtime when its library is loaded, here and in the service's process.
process.env["ORT_DISABLE_TELEMETRY"] = "1";

const { values } = parseArgs({
  options: { seconds: { type: "string", default: "600" }, isolation: { type: "string", default: "process" } },
});
const seconds = Number(values.seconds);
const isolation = values.isolation === "thread" ? "thread" : "process";
if (!(seconds > 0)) throw new RangeError(`--seconds takes a number above 0, not "${values.seconds}"`);

const { runSoak } = await import("./soak.ts");
const { toSoakText } = await import("./soak-text.ts");
const { toSettings } = await import("./soak-settings.ts");
const { temporaryFolder } = await import("./soak-registry.ts");

const folder = await mkdtemp(join(tmpdir(), "virga-soak-"));
await mkdir(temporaryFolder(folder));
// Inherited by the service's process, so that what it leaves behind is told from what others do.
process.env["TMPDIR"] = temporaryFolder(folder);
try {
  const settings = toSettings({ seconds, isolation });
  const report = await runSoak(folder, settings, (message) => process.stderr.write(`${message}\n`));
  process.stdout.write(`${toSoakText(settings, report)}\n`);
  process.exitCode = report.record.violations.length === 0 ? 0 : 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
