import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "@jest/globals";
import { Expiries } from "../../src/request/expiries.ts";

function createRecorder(): { expiries: Expiries; ended: string[]; add: (name: string, afterMs: number) => () => void } {
  const expiries = new Expiries();
  const ended: string[] = [];
  const add = (name: string, afterMs: number): (() => void) => {
    const expiry = { atMs: performance.now() + afterMs, expire: () => void ended.push(name) };
    expiries.add(expiry);
    return () => expiries.remove(expiry);
  };
  return { expiries, ended, add };
}

describe("Expiries", () => {
  it("ends each once, in the order of their times, whenever they were added", async () => {
    const { ended, add } = createRecorder();
    add("third", 60);
    add("first", 5);
    add("second", 30);
    await delay(10);
    add("fourth", 70);
    await delay(200);
    expect(ended).toEqual(["first", "second", "third", "fourth"]);
  });

  it("leaves out what was removed, and goes on with what came after it", async () => {
    const { ended, add } = createRecorder();
    const remove = add("removed", 5);
    remove();
    remove();
    add("kept", 40);
    await delay(150);
    expect(ended).toEqual(["kept"]);
  });

  it("takes what is added while another is ended", async () => {
    const { expiries, ended, add } = createRecorder();
    expiries.add({ atMs: performance.now() + 5, expire: () => void add("added", 5) });
    await delay(150);
    expect(ended).toEqual(["added"]);
  });
});
