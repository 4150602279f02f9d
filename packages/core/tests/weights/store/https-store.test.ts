import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createHttpsStore } from "../../../src/weights/store/https-store.ts";
import type { ModelStore } from "../../../src/weights/store/model-store.ts";

const objects = new Map<string, { body: string; etag: string }>();
let server: Server;
let store: ModelStore;

beforeAll(async () => {
  server = createServer((incoming, outgoing) => {
    const found = objects.get(incoming.url ?? "");
    if (incoming.url?.startsWith("/registry/denied") === true) outgoing.writeHead(403).end();
    else if (incoming.url?.startsWith("/registry/endless") === true)
      outgoing.write("x".repeat(64), () => outgoing.destroy());
    else if (found === undefined) outgoing.writeHead(404).end();
    else if (incoming.headers["if-none-match"] === found.etag) outgoing.writeHead(304, { etag: found.etag }).end();
    else outgoing.writeHead(200, { etag: found.etag, "content-length": found.body.length }).end(found.body);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  store = createHttpsStore(new URL(`http://127.0.0.1:${typeof address === "object" ? address?.port : 0}/registry/`));
});
afterAll(() => {
  server.close();
});

const textOf = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString();

describe("a registry behind a web server", () => {
  it("is read, with tags that tell when something changed", async () => {
    objects.set("/registry/iris/aliases/production.json", { body: "one", etag: '"1"' });
    const key = "iris/aliases/production.json";
    const read = await store.read(key);
    expect([textOf(read?.bytes), read?.tag]).toEqual(["one", '"1"']);
    expect(await store.info(key)).toMatchObject({ key, sizeBytes: 3, tag: '"1"' });
    expect(await store.readIfChanged(key, '"1"')).toBe("unchanged");
    objects.set("/registry/iris/aliases/production.json", { body: "two", etag: '"2"' });
    expect(await store.readIfChanged(key, '"1"')).toMatchObject({ tag: '"2"' });
  });

  it("has nothing where nothing is, and says what it may not read and who does not answer", async () => {
    expect(await store.read("none")).toBeUndefined();
    expect(await store.info("none")).toBeUndefined();
    await expect(store.read("denied")).rejects.toMatchObject({ code: "WEIGHTS_DENIED" });
    await expect(store.read("endless")).rejects.toMatchObject({ code: "WEIGHTS_UNREACHABLE" });
  });

  it("gives ranges that are pinned by a strong ETag only", async () => {
    const location = store.locate("a b/c");
    if (location.kind !== "http") throw new Error("an object of a web server is fetched over HTTP");
    const { url, headers } = await location.request({ first: 0, last: 9 });
    expect(url.pathname).toBe("/registry/a%20b/c");
    expect(headers).toEqual({ range: "bytes=0-9" });
    expect(location.pin({ etag: '"1"' })).toEqual({ "if-match": '"1"' });
    expect(location.pin({ etag: 'W/"1"' })).toBeUndefined();
  });

  it("cannot be written or listed, and takes no plain http from elsewhere", async () => {
    await expect(store.write("x", { kind: "bytes", bytes: new Uint8Array() })).rejects.toMatchObject({
      code: "UNSUPPORTED",
    });
    await expect(store.delete("x")).rejects.toMatchObject({ code: "UNSUPPORTED" });
    await expect(store.list("x")[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: "UNSUPPORTED" });
    expect(() => createHttpsStore(new URL("http://models.example.org/"))).toThrow(/https/);
  });
});
