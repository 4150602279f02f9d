import { randomUUID } from "node:crypto";
import { mkdir, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hasEnded, ownerOf, ownIdentity, toOwnedName } from "../cache/process-identity.ts";

/** Makes a folder of this process for one layout; what processes have left behind that were killed is removed. */
export async function makeLayoutFolder(parent: string = join(tmpdir(), "virga-packed")): Promise<string> {
  await mkdir(parent, { recursive: true, mode: 0o700 });
  for (const name of await readdir(parent)) {
    const owner = ownerOf(name);
    if (owner !== undefined && hasEnded(owner)) await rm(join(parent, name), { recursive: true, force: true });
  }
  const folder = join(parent, toOwnedName(ownIdentity(), randomUUID()));
  await mkdir(folder);
  return folder;
}
