import { setTimeout as sleep } from "node:timers/promises";
import type { Body } from "../warm/bodies.ts";
import { connect } from "../warm/http-client.ts";

const POLL_MS = 4;

/**
 * Asks a port of 127.0.0.1 again and again until it is open, as a platform holds a request back until then.
 *
 * @throws Error for any status but 200, or when the signal says that nothing will come any more.
 */
export async function firstAnswer(port: number, path: string, body: Body, gone: AbortSignal): Promise<Buffer> {
  const client = connect(`http://127.0.0.1:${port}`);
  try {
    for (;;) {
      gone.throwIfAborted();
      const answer = await client.post(path, body).catch(whereClosed);
      if (answer !== undefined) return answer.bytes;
      await sleep(POLL_MS);
    }
  } finally {
    client.close();
  }
}

function whereClosed(error: unknown): undefined {
  if (error instanceof Error && "code" in error && error.code === "ECONNREFUSED") return undefined;
  throw error;
}
