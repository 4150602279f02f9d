import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { runVirga } from "../support/run-virga.ts";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../../../..", import.meta.url));
const page = readFileSync(join(root, "docs/cost-comparison.md"), "utf8");
const compiler = createRequire(import.meta.url).resolve("typescript/bin/tsc");
const COMMAND = "npx -y pnpm@10 virga ";

interface Block {
  readonly language: string;
  readonly text: string;
}

const blocks: Block[] = [...page.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language = "", text = ""]) => ({
  language,
  text,
}));
const textsOf = (language: string): string[] =>
  blocks.filter((each) => each.language === language).map(({ text }) => text);

let folder: string;

/** Its snippets find the packages as a file of this package does. */
beforeAll(() => {
  const parent = join(root, "packages", "cli", ".virga");
  mkdirSync(parent, { recursive: true });
  folder = mkdtempSync(join(parent, "docs-"));
  for (const text of textsOf("yaml")) writeFileSync(join(folder, /^# (\S+)/.exec(text)![1]!), text);
  for (const text of textsOf("ts")) writeFileSync(join(folder, "snippet.ts"), text);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("the page on what it costs", () => {
  const commands = blocks.flatMap(({ language, text }, index) => {
    const shown = blocks[index + 1];
    return language === "sh" && shown?.language === "text" ? [{ command: text.trim(), shown: shown.text }] : [];
  });

  it("shows an output with every command", () => {
    expect(commands).toHaveLength(textsOf("sh").length);
    expect(commands.length).toBeGreaterThan(3);
  });

  it.each(commands)("shows what $command prints", async ({ command, shown }) => {
    expect(command.startsWith(COMMAND)).toBe(true);
    const { stdout, stderr } = await runVirga(folder, command.slice(COMMAND.length).split(" "));
    expect(stderr).toBe("");
    const printed = stdout.split("\n");
    let from = 0;
    for (const line of shown
      .trimEnd()
      .split("\n")
      .filter((each) => each !== "…")) {
      const at = printed.indexOf(line, from);
      expect(at < from ? `${line}\n… is not in:\n${stdout}` : line).toBe(line);
      from = at + 1;
    }
  });

  it("has a snippet that compiles and gives what is shown", async () => {
    const settings = { extends: join(root, "tsconfig.base.json"), include: ["snippet.ts"] };
    const compilerOptions = { composite: false, declarationMap: false, isolatedDeclarations: false, noEmit: true };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ ...settings, compilerOptions }));
    await run(process.execPath, [compiler, "-p", folder], { cwd: root }).catch((error: { stdout: string }) => {
      throw new Error(`The snippet does not compile:\n${error.stdout}`);
    });
    const check = `import { points } from "${pathToFileURL(join(folder, "snippet.ts")).href}"; console.log(JSON.stringify(points));`;
    writeFileSync(join(folder, "check.ts"), check);
    const flags = ["--conditions=virga:source", "--disable-warning=ExperimentalWarning", join(folder, "check.ts")];
    const { stdout } = await run(process.execPath, flags, { cwd: root });
    expect(JSON.parse(stdout)).toEqual(JSON.parse(textsOf("json")[0]!));
  });
});
