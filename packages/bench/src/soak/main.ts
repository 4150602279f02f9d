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
const settings = toSettings({ seconds, isolation });
const report = await runSoak(settings, (message) => process.stderr.write(`${message}\n`));
process.stdout.write(`${toSoakText(settings, report)}\n`);
process.exitCode = report.record.violations.length === 0 ? 0 : 1;
