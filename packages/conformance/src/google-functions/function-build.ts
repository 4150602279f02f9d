import { execFile } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join, resolve, sep } from "node:path";
import { promisify } from "node:util";
import { Uint8ArrayReader, Uint8ArrayWriter, ZipReader } from "@zip.js/zip.js";
import { GoogleApiError } from "./google-error.ts";

const run = promisify(execFile);

/**
 * Unpacks a source as Cloud Build does, and looks at it as the buildpacks do; nothing is installed here.
 *
 * @throws GoogleApiError when the build fails.
 */
export async function buildSource(zip: Uint8Array, folder: string): Promise<void> {
  await unpack(zip, folder);
  const manifest = await readManifest(folder);
  const { main = "index.js", dependencies = {}, scripts = {} } = manifest;
  if (Object.keys(dependencies).length > 0) throw failed("this stand-in installs no dependencies");
  if (Object.keys(scripts).length > 0) throw failed("this stand-in runs no scripts");
  const entry = join(folder, main);
  await run(process.execPath, ["--check", entry]).catch(() => {
    throw failed(`${main} does not exist or is no JavaScript`);
  });
}

async function unpack(zip: Uint8Array, folder: string): Promise<void> {
  const reader = new ZipReader(new Uint8ArrayReader(zip));
  const entries = await reader.getEntries().catch(() => {
    throw failed("the source is no zip archive");
  });
  for (const entry of entries) {
    if (entry.directory) continue;
    const path = resolve(folder, entry.filename);
    if (!path.startsWith(folder + sep)) throw failed(`${entry.filename} leads out of the source`);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, await entry.getData(new Uint8ArrayWriter()));
  }
  await reader.close();
}

interface SourceManifest {
  readonly main?: string;
  readonly dependencies?: object;
  readonly scripts?: object;
}

async function readManifest(folder: string): Promise<SourceManifest> {
  const text = await readFile(join(folder, "package.json"), "utf8").catch(() => "{}");
  try {
    return JSON.parse(text);
  } catch {
    throw failed("package.json is no JSON");
  }
}

function failed(reason: string): GoogleApiError {
  return new GoogleApiError(
    "FAILED_PRECONDITION",
    `Build failed with status: FAILURE and message: ${reason}. For more details see the logs of the build.`,
  );
}
