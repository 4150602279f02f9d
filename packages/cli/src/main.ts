#!/usr/bin/env node
import { restartWithMemorySettings } from "./serve/memory-settings.ts";

restartWithMemorySettings(import.meta.url, process.env);
// What a command needs is loaded once it is clear that this process carries it out.
const { runCommandLine } = await import("./command-line.ts");
await runCommandLine(process.env);
