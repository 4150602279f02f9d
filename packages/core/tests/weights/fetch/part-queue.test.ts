import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { ConnectionCount } from "../../../src/weights/fetch/connection-count.ts";
import { type Part, PartQueue } from "../../../src/weights/fetch/part-queue.ts";
import { findSlowest, hadItsTime, Pace, shouldHandOver, tailBytes } from "../../../src/weights/fetch/tail-takeover.ts";

describe("PartQueue", () => {
  it("hands out every byte exactly once, whatever happens to the parts", () => {
    const step = fc.record({ action: fc.nat(3), part: fc.nat(), bytes: fc.integer({ min: 1, max: 500 }) });
    fc.assert(
      fc.property(
        fc.nat(2000),
        fc.integer({ min: 1, max: 300 }),
        fc.nat(8),
        fc.array(step),
        (size, chunk, count, steps) => {
          const queue = new PartQueue(size, chunk, count + 1);
          const seen = new Uint8Array(size);
          const taken: Part[] = [];
          const move = (part: Part, bytes: number): void => {
            const end = Math.min(part.end, part.next + bytes);
            for (; part.next < end; part.next += 1) seen[part.next] = (seen[part.next] ?? 0) + 1;
          };
          for (const { action, part: choice, bytes } of steps) {
            const part = taken[choice % Math.max(1, taken.length)];
            if (action === 0 || part === undefined) {
              const next = queue.take(0);
              if (next !== undefined) taken.push(next);
            } else if (action === 1) move(part, bytes);
            else if (action === 2) {
              const tail = queue.takeTail(part, bytes);
              if (tail !== undefined) taken.push(tail);
            } else queue.giveBack(taken.splice(taken.indexOf(part), 1)[0] ?? part);
          }
          expect(queue.missingBytes).toBe(seen.filter((times) => times === 0).length);
          for (const part of taken) queue.giveBack(part);
          for (let part = queue.take(0); part !== undefined; part = queue.take(0)) {
            expect(part.end % chunk === 0 || part.end === size).toBe(true);
            move(part, size);
            queue.giveBack(part);
          }
          expect(queue.done).toBe(true);
          expect(seen.every((times) => times === 1)).toBe(true);
        },
      ),
    );
  });

  it("keeps a part back until it is ready", () => {
    const queue = new PartQueue(100, 10, 1);
    const part = queue.take(0);
    expect(part).toBeDefined();
    if (part === undefined) return;
    part.readyAtMs = 50;
    queue.giveBack(part);
    expect(queue.take(49)).toBeUndefined();
    expect(queue.take(50)).toBe(part);
  });
});

describe("taking over", () => {
  const positive = fc.double({ min: 0.001, max: 1e6, noNaN: true });

  it("takes a tail only where both then end sooner", () => {
    fc.assert(
      fc.property(
        positive,
        positive,
        positive,
        fc.double({ min: 0, max: 1000, noNaN: true }),
        (missing, rate, free, wait) => {
          const tail = tailBytes({ missingBytes: missing, bytesPerMs: rate }, { bytesPerMs: free, latencyMs: wait });
          expect(tail).toBeGreaterThanOrEqual(0);
          expect(tail).toBeLessThanOrEqual(missing);
          if (tail === 0) return;
          const alone = missing / rate;
          expect((missing - tail) / rate).toBeLessThanOrEqual(alone - 29);
          expect(wait + tail / free).toBeLessThanOrEqual(alone + 1e-6);
        },
      ),
    );
  });

  it("hands a part over only where that gains much", () => {
    const free = { bytesPerMs: 1000, latencyMs: 20 };
    expect(shouldHandOver({ missingBytes: 1e6, bytesPerMs: 0 }, free)).toBe(true);
    expect(shouldHandOver({ missingBytes: 1e6, bytesPerMs: 100 }, free)).toBe(true);
    expect(shouldHandOver({ missingBytes: 1e6, bytesPerMs: 600 }, free)).toBe(false);
    expect(shouldHandOver({ missingBytes: 1e4, bytesPerMs: 100 }, free)).toBe(false);
    expect(shouldHandOver({ missingBytes: 1e6, bytesPerMs: 0 }, { bytesPerMs: 0, latencyMs: 0 })).toBe(false);
  });

  const measured = (missingBytes: number, bytesPerMs: number, ageMs: number, handovers = 0) => ({
    missingBytes,
    bytesPerMs,
    ageMs,
    part: { handovers },
    latencyMs: 20,
    meanBytesPerMs: bytesPerMs,
  });

  it("judges no part before it had its time, which grows with each handover", () => {
    const free = { bytesPerMs: 1000, latencyMs: 20 };
    expect(findSlowest([measured(1e6, 0, 100)], free)).toBeUndefined();
    expect(findSlowest([measured(1e6, 0, 200, 1)], free)).toBeUndefined();
    expect(hadItsTime(measured(1e6, 100, 100), free)).toBe(false);
    const slow = measured(1e6, 1, 200);
    expect(findSlowest([measured(1e6, 100, 200), slow, measured(1e9, 0, 10)], free)).toBe(slow);
  });

  it("expects what most connections reached, also when only slow ones are left", () => {
    const pace = new Pace();
    expect(pace.expect([measured(1, 0, 1)])).toBeUndefined();
    for (let index = 0; index < 5; index += 1) pace.remember(measured(0, 1000, 500));
    expect(pace.expect([measured(1e6, 1, 500)])).toEqual({ bytesPerMs: 1000, latencyMs: 20 });
  });
});

describe("ConnectionCount", () => {
  const simulate = (first: number, most: number, rate: (connections: number) => number, busy = 0.3): number => {
    const count = new ConnectionCount(first, most);
    for (let tick = 0; tick < 100; tick += 1) {
      const receivedBytes = rate(count.value) * 20;
      count.observe({ elapsedMs: 20, receivedBytes, busy, connections: count.value });
    }
    return count.value;
  };

  it("grows while each connection is limited by itself, up to its bound", () => {
    expect(simulate(9, 32, (connections) => connections * 80_000)).toBe(32);
  });

  it("stops where the link is full, or this thread is", () => {
    expect(simulate(9, 32, (connections) => Math.min(connections * 80_000, 1_000_000))).toBeLessThanOrEqual(21);
    expect(simulate(9, 32, () => 500_000)).toBe(14);
    expect(simulate(9, 32, (connections) => connections * 80_000, 0.9)).toBe(9);
  });

  it("shrinks when the server asks for it, once for refusals that come together, and grows again", () => {
    const count = new ConnectionCount(9, 32);
    for (let at = 0; at < 9; at += 1) count.reduce(at);
    expect(count.value).toBe(4);
    for (let at = 1000; at < 6000; at += 1000) count.reduce(at);
    expect(count.value).toBe(1);
    for (let tick = 0; tick < 100; tick += 1) {
      const receivedBytes = count.value * 80_000 * 20;
      count.observe({ elapsedMs: 20, receivedBytes, busy: 0.3, connections: count.value });
    }
    expect(count.value).toBe(32);
  });
});
