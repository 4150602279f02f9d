// The cli as it is in the sources.
import "./build-here.mjs";

await import("../packages/cli/dist/main.js");
