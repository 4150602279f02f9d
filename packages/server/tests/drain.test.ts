import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "@jest/globals";
import { startServer } from "../src/index.ts";
import { createEchoApp } from "./support/echo-app.ts";
import { openConnection } from "./support/raw-connection.ts";
import { waitUntil } from "./support/wait-until.ts";

const HELD = "POST /held HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n{}";

describe("drain", () => {
  it("finishes what is under way, then closes the app, with `Connection: close` on the answers", async () => {
    const app = createEchoApp();
    const server = await startServer(app, { port: 0 });
    const connection = await openConnection(server.port);
    connection.send(HELD);
    await waitUntil(() => app.requests.length === 1);
    const drained = server.drain();
    await expect(fetch(server.url)).rejects.toThrow();
    expect(app.isClosed).toBe(false);
    app.release();
    const received = await connection.receivedUntilClosed();
    expect(received).toContain("200 OK");
    expect(received.toLowerCase()).toContain("connection: close");
    await drained;
    expect(app.isClosed).toBe(true);
  });

  it("does not wait for idle connections, nor for one that never spoke", async () => {
    const app = createEchoApp();
    const server = await startServer(app, { port: 0, timeouts: { graceMs: 1_000_000 } });
    const idle = await openConnection(server.port);
    idle.send("GET /empty HTTP/1.1\r\nhost: x\r\n\r\n");
    await idle.receivedUntil("200 OK");
    const silent = await openConnection(server.port);
    await server.drain();
    await Promise.all([idle.receivedUntilClosed(), silent.receivedUntilClosed()]);
  });

  it("lets a slow client have all of an answer that was handed over before", async () => {
    const app = createEchoApp();
    const server = await startServer(app, { port: 0, timeouts: { graceMs: 1_000_000 } });
    const slow = await openConnection(server.port);
    slow.socket.pause();
    slow.send("GET /large HTTP/1.1\r\nhost: x\r\n\r\n");
    await waitUntil(() => app.requests.length === 1);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const drained = server.drain();
    await new Promise((resolve) => setTimeout(resolve, 100));
    slow.socket.resume();
    const received = await slow.receivedUntilClosed();
    expect(received.length).toBeGreaterThan(32 * 1024 * 1024);
    await drained;
  });

  it("cuts off what outlasts the grace time", async () => {
    const app = createEchoApp();
    const server = await startServer(app, { port: 0, timeouts: { graceMs: 50 } });
    const connection = await openConnection(server.port);
    connection.send(HELD);
    await waitUntil(() => app.requests.length === 1);
    await server.drain();
    expect(await connection.receivedUntilClosed()).toBe("");
    await waitUntil(() => app.invocations[0]?.signal?.aborted === true);
    expect(app.isClosed).toBe(true);
  });

  it("drains once, however often it is asked", async () => {
    const server = await startServer(createEchoApp(), { port: 0 });
    expect(server.drain()).toBe(server.drain());
    await server.drain();
  });
});

describe("signals", () => {
  it.each(["SIGTERM", "SIGINT"] as const)(
    "drains at %s with requests in flight and lets the process end",
    async (signal) => {
      const child = await startChild();
      const answers = Array.from({ length: 5 }, () => fetch(child.url));
      await child.wrote("request\n", 5);
      child.process.kill(signal);
      for (const answer of await Promise.all(answers)) {
        expect(await answer.json()).toEqual({ answered: true });
        expect(answer.headers.get("connection")).toBe("close");
      }
      expect(await child.exit).toEqual([0, null]);
      expect(child.output()).toMatch(/closed\ndrained 0\n$/);
    },
  );

  it("ends at once at a second signal", async () => {
    const child = await startChild();
    const answer = fetch(child.url).catch((error: unknown) => error);
    await child.wrote("request\n", 1);
    child.process.kill("SIGTERM");
    child.process.kill("SIGINT");
    const [code] = await child.exit;
    expect([130, 143]).toContain(code);
    expect(await answer).toBeInstanceOf(Error);
    expect(child.output()).not.toContain("drained");
  });
});

interface Child {
  readonly process: ChildProcess;
  readonly url: string;
  readonly exit: Promise<unknown[]>;
  output(): string;
  wrote(text: string, times: number): Promise<void>;
}

async function startChild(): Promise<Child> {
  const file = fileURLToPath(new URL("./support/drain-child.ts", import.meta.url));
  const child = spawn(process.execPath, ["--conditions=virga:source", "--disable-warning=ExperimentalWarning", file], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.on("data", (piece: Buffer) => {
    output += piece.toString();
  });
  const wrote = (text: string, times: number): Promise<void> => waitUntil(() => output.split(text).length > times);
  await wrote("\n", 1);
  const url = `http://127.0.0.1:${/port (\d+)/.exec(output)?.[1]}`;
  return { process: child, url, exit: once(child, "exit"), output: () => output, wrote };
}
