import { homedir } from "node:os";
import { join } from "node:path";

/** Where counterparts are installed: outside of the tree, shared by all clones. */
export const CACHE: string = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "virga", "counterparts");
