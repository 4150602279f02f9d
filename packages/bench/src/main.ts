// Read by the runtime when its library is loaded, here and in the processes that a benchmark starts.
process.env["ORT_DISABLE_TELEMETRY"] = "1";

const { runCommand } = await import("./command.ts");
process.exitCode = await runCommand(process.argv.slice(2), {
  print: (text) => process.stdout.write(`${text}\n`),
  report: (text) => process.stderr.write(`${text}\n`),
});
