import { describe, expect, it } from "@jest/globals";
import { createEntrance } from "../../src/request/entrance.ts";
import { DEFAULT_LIMITS } from "../../src/request/limits.ts";

const LIMITS = { ...DEFAULT_LIMITS, maxConcurrentRequests: 3, maxBufferedBytes: 100, maxRequestBytes: 80 };

const request = (contentLength?: string): Request =>
  new Request("http://localhost/", { headers: contentLength === undefined ? {} : { "content-length": contentLength } });

const OVERLOADED = expect.objectContaining({ code: "OVERLOADED" });

describe("the entrance", () => {
  it("lets in as many as are allowed, and another when one has left", () => {
    const enter = createEntrance(LIMITS);
    const [first] = [enter(request()), enter(request()), enter(request())];
    expect(() => enter(request())).toThrow(OVERLOADED);
    first?.leave();
    enter(request());
    expect(() => enter(request())).toThrow(OVERLOADED);
  });

  it("bounds what bodies say they have, however large one claims to be", () => {
    const enter = createEntrance(LIMITS);
    const first = enter(request("999999999999"));
    expect(() => enter(request("21"))).toThrow(OVERLOADED);
    enter(request("20"));
    first.leave();
    enter(request("80"));
  });

  it("counts what a body turned out to have: in pieces or compressed, it does not say so before", () => {
    const enter = createEntrance(LIMITS);
    const first = enter(request());
    first.hold(70);
    const second = enter(request("10"));
    expect(() => second.hold(31)).toThrow(OVERLOADED);
    second.leave();
    enter(request("30"));
  });

  it("takes one body of the largest size even where the bound is below", () => {
    const enter = createEntrance({ ...LIMITS, maxBufferedBytes: 10 });
    const only = enter(request("80"));
    only.hold(80);
    expect(() => enter(request("1"))).toThrow(OVERLOADED);
  });

  it.each(["nonsense", "-5", "1e999"])("survives a length of %s", (contentLength) => {
    const enter = createEntrance(LIMITS);
    enter(request(contentLength)).leave();
    enter(request("80"));
  });
});
