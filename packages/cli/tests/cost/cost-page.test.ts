import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type ParserError, parse } from "parse5";
import { runVirga } from "../support/run-virga.ts";
import { createWorkspace, type Workspace } from "../support/workspace.ts";

const run = promisify(execFile);
const CHROMIUM = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) =>
  existsSync(path),
);

let workspace: Workspace;
let page: string;

beforeAll(async () => {
  workspace = createWorkspace();
  workspace.write(
    "targets.yml",
    "targets: [lambda, {product: functions, minInstances: 10, concurrency: 80}, 'ec2:m5.large', 'appengine:F4', 'vertex:n1-standard-2']\n",
  );
  const options = ["cost", "--requests", "1M", "--duration", "500", "--memory", "1024", "--workload", "targets.yml"];
  await runVirga(workspace.folder, [...options, "--html", "page.html"]);
  page = readFileSync(join(workspace.folder, "page.html"), "utf8");
});
afterAll(() => workspace.remove());

describe("the page of virga cost --html", () => {
  it("is HTML without a mistake", () => {
    const errors: ParserError[] = [];
    parse(page, { onParseError: (error) => errors.push(error), sourceCodeLocationInfo: true });
    expect(errors).toEqual([]);
  });

  it("needs nothing from elsewhere and runs nothing", () => {
    expect(page).not.toMatch(/<script|<link|<img|<iframe|@import|url\(|\bsrc=|\bhref=|\son\w+=/i);
  });

  it("can be read in black and white: no colour, and no two lines alike", () => {
    const style = /<style>(.*?)<\/style>/s.exec(page)![1]!;
    expect(page).not.toMatch(/ style=| fill=| stroke=/);
    const colours = [...style.matchAll(/#([\da-f]{3,6})\b/gi)].map(([, digits]) => new Set(digits!.toLowerCase()).size);
    expect(colours.every((digits) => digits === 1)).toBe(true);
    const curves = [...page.matchAll(/<g class="curve"><title>([^<]+)<\/title>(.*?)<\/g>/g)].map(([, name, drawn]) => ({
      name,
      look: `${/stroke-dasharray="[^"]*"/.exec(drawn!)?.[0]} ${/class="mark" d="([^"]+)"/.exec(drawn!)?.[1]}`,
    }));
    expect(curves.map(({ name }) => name)).toEqual([
      "Lambda x64, 1024 MB",
      "Cloud Run functions, request-based, 1 vCPU, 1 GiB, concurrency 80, 10 kept",
      "EC2 m5.large",
      "App Engine F4",
      "Vertex AI n1-standard-2",
    ]);
    expect(new Set(curves.map(({ look }) => look)).size).toBe(curves.length);
  });

  it("has logarithmic axes over the traffic that was asked about", () => {
    for (const label of ["10k", "100k", "1M", "10M", "100M", "1B"]) expect(page).toContain(`>${label}</text>`);
    const vertical = [...page.matchAll(/class="grid" d="M([\d.]+),20 V/g)].map(([, x]) => Number(x));
    const steps = vertical.slice(1).map((x, index) => x - vertical[index]!);
    for (const step of steps) expect(step).toBeCloseTo(steps[0]!, 0);
    expect(page).toContain('class="asked"');
  });

  it("tells where the cheapest changes, and every calculation", () => {
    expect(page).toMatch(/<td class="number">10,000<\/td><td class="number">[\d,]+<\/td><td>/);
    expect(page).toContain("1,000,000 requests × 0.5 s × 1 GB = 500,000 GB-second");
    expect(page).toContain("aws/lambda/us-east-1/duration.x86; AWS Price List");
  });
});

const withChromium = CHROMIUM === undefined ? describe.skip : describe;

withChromium("in headless Chromium (skipped where there is none)", () => {
  it("shows every label whole, none over another, and no curve outside the axes", async () => {
    const profile = mkdtempSync(join(tmpdir(), "virga-chromium-"));
    const probe = `<script>
      const box = (element) => { const { x, y, width, height } = element.getBBox(); return { x, y, width, height }; };
      document.title = JSON.stringify({
        labels: [...document.querySelectorAll(".curve > text")].map(box),
        lines: [...document.querySelectorAll(".curve > .line")].map(box),
        size: document.querySelector("svg").viewBox.baseVal.width,
      });
    </script></body>`;
    workspace.write("probe.html", page.replace("</body>", probe));
    const flags = ["--headless", "--no-sandbox", "--disable-gpu", `--user-data-dir=${profile}`, "--dump-dom"];
    const { stdout } = await run(CHROMIUM!, [...flags, pathToFileURL(join(workspace.folder, "probe.html")).href]);
    rmSync(profile, { recursive: true, force: true });
    interface Box {
      readonly x: number;
      readonly y: number;
      readonly width: number;
      readonly height: number;
    }
    const seen = JSON.parse(/<title>(\{.*?\})<\/title>/.exec(stdout)![1]!) as {
      labels: Box[];
      lines: Box[];
      size: number;
    };
    expect(seen.labels).toHaveLength(5);
    for (const { x, width } of seen.labels) expect(x + width).toBeLessThanOrEqual(seen.size);
    const tops = seen.labels.map(({ y }) => y).sort((one, other) => one - other);
    for (const [index, top] of tops.slice(1).entries()) expect(top - tops[index]!).toBeGreaterThan(14);
    for (const { x, y, width, height } of seen.lines) {
      expect(x).toBeGreaterThanOrEqual(70);
      expect(x + width).toBeLessThanOrEqual(790);
      expect(y).toBeGreaterThanOrEqual(20);
      expect(y + height).toBeLessThanOrEqual(577);
    }
  });
});
