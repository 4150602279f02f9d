// The Serverless Framework with the plugin as it is in the sources.
import "./build-here.mjs";

await import("serverless/bin/serverless.js");
