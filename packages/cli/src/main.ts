#!/usr/bin/env node
import { restartWithAllocatorSettings } from "./serve/allocator-settings.ts";

restartWithAllocatorSettings(import.meta.url, process.env);
// What a command needs is loaded once it is clear that this process carries it out.
const { runCommandLine } = await import("./command-line.ts");
await runCommandLine(process.env);
