// Builds, then serves the models of serverless.yml; flags are those of `virga serve`.
const parent = process.ppid;
await import("./build.mjs");

// A package manager that is ended does not always end what it has started: an orphan ends itself.
setInterval(() => process.ppid === parent || process.kill(process.pid, "SIGTERM"), 500).unref();

process.argv.splice(2, 0, "serve");
await import("../packages/cli/dist/main.js");
