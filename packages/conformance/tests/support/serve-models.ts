import { readFileSync } from "node:fs";
import { type AppOptions, createApp } from "@virga/core";
import { startServer } from "@virga/server";

/** Serves the app that the file named by the first argument describes, on a free port, and prints the address. */
const options: AppOptions = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8"));
const { url } = await startServer(createApp(options), { port: 0 });
process.stdout.write(`${url}\n`);
// The parent's end of the pipe closes with the parent, whatever becomes of it.
process.stdin.resume().once("end", () => process.exit());
