import { once } from "node:events";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Path of the program that Google's build puts before a function's source; its environment says which, and the port. */
export const FRAMEWORK_PROGRAM: string = join(
  dirname(fileURLToPath(import.meta.resolve("@google-cloud/functions-framework"))),
  "main.js",
);

/** A port of 127.0.0.1 that nobody listens on: the framework takes no port 0. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (typeof address === "object" && address !== null) return address.port;
  throw new Error("There is no free port.");
}
