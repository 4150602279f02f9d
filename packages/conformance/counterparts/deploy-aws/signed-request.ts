import { execFileSync } from "node:child_process";
import { KEYS, REGION } from "./project.ts";

const HEAD_END = "\r\n\r\n";

/**
 * Sends a request to the host that AWS gives a service, wherever that is, signed by curl and not by code of ours.
 *
 * @param endpoint of the stand-in, which tells services by their host.
 */
export function createSignedSend(
  service: "lambda" | "execute-api",
  endpoint: string,
): (request: Request) => Promise<Response> {
  return async (request) => {
    const url = new URL(request.url);
    const words = [
      ...["--silent", "--show-error", "--max-time", "60", "--include", "--request", request.method],
      ...["--connect-to", `${url.hostname}:80:${new URL(endpoint).host}`],
      ...["--aws-sigv4", `aws:amz:${REGION}:${service}`, "--user", `${KEYS.accessKeyId}:${KEYS.secretAccessKey}`],
      ...[...request.headers].flatMap(([name, value]) => ["--header", `${name}: ${value}`]),
      // curl would call the body a form.
      ...(request.headers.has("content-type") ? [] : ["--header", "content-type:"]),
      // Without it, curl waits a second for a server that is to say that it wants the body.
      ...["--header", "expect:", "--data-binary", "@-"],
      `http://${url.host}${url.pathname}${url.search}`,
    ];
    const input = Buffer.from(await request.arrayBuffer());
    return toResponse(execFileSync("curl", words, { input, maxBuffer: 1e8 }));
  };
}

function toResponse(answer: Buffer): Response {
  const end = answer.indexOf(HEAD_END);
  const [statusLine = "", ...lines] = answer.subarray(0, end).toString("latin1").split("\r\n");
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon), line.slice(colon + 1).trim()];
  });
  const body = Uint8Array.from(answer.subarray(end + HEAD_END.length));
  return new Response(body, { status: Number(statusLine.split(" ")[1]), headers });
}
