import { prepareGoTool } from "./go-tool.ts";
import type { StandIn } from "./stand-in.ts";

/**
 * A stand-in for Cloud Storage that others wrote, in memory.
 *
 * @param front where clients meet it, if not at its own address.
 */
export function fakeGcsServer(folder: string, front?: URL): StandIn {
  return {
    command: prepareGoTool("github.com/fsouza/fake-gcs-server@v1.55.1"),
    arguments: (port) => {
      const host = front?.host ?? `127.0.0.1:${port}`;
      return [
        ...["-scheme", "http", "-host", "127.0.0.1", "-port", String(port), "-backend", "memory"],
        ...["-public-host", host, "-external-url", `http://${host}`],
      ];
    },
    readyPath: "/storage/v1/b?project=local",
    folder,
  };
}
