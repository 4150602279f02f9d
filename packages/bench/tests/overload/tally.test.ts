import { createServer, type Server, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "@jest/globals";
import { Connections } from "../../src/overload/connections.ts";
import { createCheck } from "../../src/overload/right-answer.ts";
import { Tally, type TallyReport } from "../../src/overload/tally.ts";

const DEADLINE_MS = 1_000;
const RECORDED = [1, 2];

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** Asks a planted service once, and says how long the answer is to have taken. */
async function ask(answer: (socket: Socket) => void, tookMs = 1, patienceMs = 5_000): Promise<TallyReport> {
  const server = createServer((socket) => void socket.on("error", () => undefined).once("data", () => answer(socket)));
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" ? address?.port : 0;
  const connections = new Connections(new URL(`http://127.0.0.1:${port}`), { most: 1, patienceMs });
  const tally = new Tally(DEADLINE_MS);
  const outcome = await connections.send(Buffer.from("POST / HTTP/1.1\r\nhost: here\r\n\r\n"));
  tally.count(outcome ?? { failure: "no connection" }, tookMs, createCheck(RECORDED));
  connections.close();
  return tally.report();
}

function says(status: string, headers: string, body: Uint8Array = new Uint8Array()): (socket: Socket) => void {
  return (socket) => {
    socket.write(`HTTP/1.1 ${status}\r\n${headers}Content-Length: ${body.byteLength}\r\n\r\n`);
    socket.write(body);
  };
}

function numbers(...values: number[]): Uint8Array {
  return Buffer.concat([Buffer.from("{}      "), new Uint8Array(Float32Array.from(values).buffer)]);
}

const BINARY = "Inference-Header-Content-Length: 8\r\n";

describe("ends of requests", () => {
  it("are good when they are right and in time", async () => {
    expect(await ask(says("200 OK", BINARY, numbers(1, 2)))).toMatchObject({ good: 1, refused: 0, wrong: {} });
  });

  it("are refusals with 503, Retry-After and in time", async () => {
    const refusal = says("503 Service Unavailable", "Retry-After: 1\r\n");
    expect(await ask(refusal)).toMatchObject({ good: 0, refused: 1, wrong: {} });
    expect((await ask(refusal, DEADLINE_MS + 1)).wrong).toEqual({ "503 after the deadline": 1 });
  });

  it.each([
    ["a wrong answer", says("200 OK", BINARY, numbers(1, 3))],
    ["a wrong answer", says("200 OK", BINARY, numbers(1))],
    ["503 without Retry-After", says("503 Service Unavailable", "")],
    ["status 504", says("504 Gateway Timeout", "")],
    ["closed without an answer", (socket: Socket) => void socket.end()],
    ["ECONNRESET", (socket: Socket) => void socket.resetAndDestroy()],
    ["no answer within 500 ms", () => undefined],
  ])("are counted as %s otherwise", async (fault, answer) => {
    expect(await ask(answer, 1, 500)).toMatchObject({ good: 0, refused: 0, wrong: { [fault]: 1 } });
  });

  it("are late after the deadline, right or not", async () => {
    const { good, wrong } = await ask(says("200 OK", BINARY, numbers(1, 2)), DEADLINE_MS + 1);
    expect({ good, wrong }).toEqual({ good: 0, wrong: { "200 after the deadline": 1 } });
  });
});
