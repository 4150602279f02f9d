import { type RunningVirga, startVirga } from "./run-virga.ts";

/** A `virga serve` that answers. */
export interface Serving extends RunningVirga {
  readonly url: string;
  /** Posts to `/predict`. */
  predict(body: unknown): Promise<unknown>;
  /** Asks it to end and gives its exit code. */
  stop(): Promise<number | null>;
}

/** Starts `virga serve` on any free port and waits until it serves. */
export async function startServing(folder: string, ...options: readonly string[]): Promise<Serving> {
  const virga = startVirga(folder, "serve", "--port", "0", ...options);
  await virga.wrote("Serving on ");
  const url = /Serving on (\S+)/.exec(virga.stdout())?.[1]?.replace(/".*/, "") ?? "";
  return {
    ...virga,
    url,
    async predict(body) {
      const response = await fetch(`${url}/predict`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      });
      return response.json();
    },
    stop() {
      virga.process.kill("SIGTERM");
      return virga.exitCode;
    },
  };
}
