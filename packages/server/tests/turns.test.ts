import { setImmediate as nextTurn } from "node:timers/promises";
import { afterEach, describe, expect, it } from "@jest/globals";
import { type RunningServer, startServer } from "../src/index.ts";
import { Turns } from "../src/turns.ts";
import { createEchoApp } from "./support/echo-app.ts";
import { openConnection } from "./support/raw-connection.ts";

describe("turns", () => {
  it("begin 32 at once and the others later, in order", async () => {
    const turns = new Turns();
    const begun: number[] = [];
    const take = (from: number, to: number): void => {
      for (let each = from; each < to; each++) turns.take(() => begun.push(each));
    };
    take(0, 100);
    expect(begun).toHaveLength(32);
    await nextTurn();
    expect(begun).toHaveLength(64);
    take(100, 110);
    while (begun.length < 110) await nextTurn();
    expect(begun).toEqual(Array.from({ length: 110 }, (_, index) => index));
    await nextTurn();
    take(110, 111);
    expect(begun).toHaveLength(111);
  });
});

describe("a crowd of requests at once", () => {
  let server: RunningServer;
  afterEach(() => server.drain());

  it("is answered, but for those that have gone, and each is told when it came", async () => {
    const app = createEchoApp();
    server = await startServer(app, { port: 0 });
    const callers = await Promise.all(Array.from({ length: 200 }, () => openConnection(server.port)));
    for (const caller of callers) {
      caller.send(request("/first"));
      await caller.receivedUntil("/first");
    }
    const last = callers.pop();
    const sentAtMs = performance.now();
    // Written before the server, on this same thread, reads the first of them.
    for (const [index, caller] of callers.entries()) caller.send(request(`/${index}`));
    last?.send(request("/gone"));
    last?.socket.destroy();
    const answers = await Promise.all(callers.map((caller, index) => caller.receivedUntil(`\r\n\r\n/${index}`)));
    for (const caller of callers) caller.socket.destroy();
    expect(answers.every((answer) => answer.startsWith("HTTP/1.1 200"))).toBe(true);
    expect(app.requests.map(({ url }) => new URL(url).pathname)).not.toContain("/gone");
    expect(app.invocations).toHaveLength(200 + 199);
    const received = app.invocations.slice(200).map(({ receivedAtMs = Number.NaN }) => receivedAtMs);
    expect(Math.min(...received)).toBeGreaterThanOrEqual(sentAtMs);
    expect(Math.max(...received)).toBeLessThanOrEqual(performance.now());
    // They were received in one turn, and begun in seven.
    expect([...received].sort((one, other) => one - other)).toEqual(received);
  });
});

function request(path: string): string {
  return `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: ${path.length}\r\n\r\n${path}`;
}
