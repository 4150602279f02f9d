import { describe, expect, it } from "@jest/globals";
import type { InferenceApp } from "@virga/core";
import { followBesideRequests } from "../../src/function/follow-aliases.ts";

/** Tells what happens in which order. */
function createRecord() {
  const events: string[] = [];
  const app: InferenceApp = {
    async fetch() {
      events.push("asked");
      await Promise.resolve();
      events.push("answered");
      return new Response("answer");
    },
    warm: async () => void events.push("warm"),
    close: async () => void events.push("closed"),
  };
  return { events, app };
}

const request = new Request("http://function/predict", { method: "POST", body: "{}" });

describe("an app that follows aliases beside requests", () => {
  it("answers when both are done, since nothing runs after the answer", async () => {
    const { events, app } = createRecord();
    const following = followBesideRequests(app, async () => {
      events.push("look");
      await new Promise((resolve) => setTimeout(resolve, 20));
      events.push("swapped");
    });
    const response = await following.fetch(request);
    events.push("given");
    expect(await response.text()).toBe("answer");
    expect(events).toEqual(["look", "asked", "answered", "swapped", "given"]);
  });

  it("answers at once where nothing is due", async () => {
    const { events, app } = createRecord();
    await followBesideRequests(app, () => undefined).fetch(request);
    expect(events).toEqual(["asked", "answered"]);
  });

  it("answers within what the platform gives, however long a swap takes", async () => {
    const { events, app } = createRecord();
    const following = followBesideRequests(app, () => new Promise(() => undefined));
    await following.fetch(request, { remainingMs: 520 });
    expect(events).toEqual(["asked", "answered"]);
  });

  it("is warmed and closed as it was", async () => {
    const { events, app } = createRecord();
    const following = followBesideRequests(app, () => undefined);
    await following.warm();
    await following.close();
    expect(events).toEqual(["warm", "closed"]);
  });
});
