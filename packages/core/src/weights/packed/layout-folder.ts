import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hasEnded, ownerOf, ownIdentity, toOwnedName } from "../cache/process-identity.ts";

const PREFIX = "virga-packed-";

/**
 * Makes a folder of this process for one layout, in which no other user may write, and which none may rename where folders
 * for temporary files are shared; what processes have left behind that were killed is removed.
 */
export async function makeLayoutFolder(parent: string = tmpdir()): Promise<string> {
  for (const name of await readdir(parent)) {
    const owner = name.startsWith(PREFIX) ? ownerOf(name.slice(PREFIX.length)) : undefined;
    // Another user's is that user's to remove.
    if (owner !== undefined && hasEnded(owner))
      await rm(join(parent, name), { recursive: true }).catch(() => undefined);
  }
  return mkdtemp(join(parent, PREFIX + toOwnedName(ownIdentity(), "")));
}
