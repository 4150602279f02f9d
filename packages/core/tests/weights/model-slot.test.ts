import { describe, expect, it } from "@jest/globals";
import { InferenceError } from "../../src/errors.ts";
import type { Session } from "../../src/session/engine.ts";
import { ModelSlot } from "../../src/weights/model-slot.ts";

interface TestSession extends Session {
  readonly id: number;
  closes: number;
}

/** A slot whose loads are numbered; `fail` makes the next ones fail. */
function createSlot() {
  const sessions: TestSession[] = [];
  const state = { loads: 0, fail: false };
  const slot = new ModelSlot(async () => {
    state.loads += 1;
    await new Promise((resolve) => setTimeout(resolve, 5));
    if (state.fail) throw new InferenceError("WEIGHTS_CORRUPT", "broken");
    const session: TestSession = {
      id: state.loads,
      closes: 0,
      signature: { inputs: [], outputs: [] },
      unusableOutputs: [],
      run: async () => ({}),
      close: async () => {
        session.closes += 1;
      },
    };
    sessions.push(session);
    return { session, version: String(state.loads) };
  });
  return { slot, sessions, state };
}

const idOf = async ({ session }: { session: Session }): Promise<number> => (session as TestSession).id;

describe("ModelSlot", () => {
  it("shares one load among all who ask at once", async () => {
    const { slot, state } = createSlot();
    expect(slot.state.state).toBe("unloaded");
    const ids = await Promise.all(Array.from({ length: 8 }, () => slot.use(idOf)));
    expect(new Set(ids)).toEqual(new Set([1]));
    expect(state.loads).toBe(1);
    expect(slot.state).toEqual({ state: "ready" });
  });

  it("says why a load failed and tries again for the next request", async () => {
    const { slot, state } = createSlot();
    state.fail = true;
    await expect(slot.use(idOf)).rejects.toMatchObject({ code: "WEIGHTS_CORRUPT" });
    expect(slot.state).toMatchObject({ state: "failed", failure: { message: "broken" } });
    state.fail = false;
    expect(await slot.use(idOf)).toBe(2);
  });

  it("a readiness probe does not hammer a load that has just failed", async () => {
    const { slot, state } = createSlot();
    state.fail = true;
    await expect(slot.use(idOf)).rejects.toThrow();
    slot.nudge();
    slot.nudge();
    expect(state.loads).toBe(1);
  });

  it("swaps beside the old session and closes it only when its last user is done", async () => {
    const { slot, sessions } = createSlot();
    await slot.use(idOf);
    let release: () => void = () => undefined;
    const held = slot.use(async (model) => {
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      return idOf(model);
    });
    await slot.reload();
    expect(await slot.use(idOf)).toBe(2);
    expect(sessions[0]?.closes).toBe(0);
    release();
    expect(await held).toBe(1);
    expect(sessions[0]?.closes).toBe(1);
  });

  it("keeps the old session when the new one does not load, and shows why", async () => {
    const { slot, state, sessions } = createSlot();
    await slot.use(idOf);
    state.fail = true;
    await expect(slot.reload()).rejects.toMatchObject({ code: "WEIGHTS_CORRUPT" });
    expect(slot.state).toMatchObject({ state: "ready", failure: { code: "WEIGHTS_CORRUPT" } });
    expect(await slot.use(idOf)).toBe(1);
    expect(sessions[0]?.closes).toBe(0);
  });

  it("frees the session at the end, after those who still use it, and refuses new uses", async () => {
    const { slot, sessions } = createSlot();
    const used = slot.use(async (model) => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      return idOf(model);
    });
    await new Promise((resolve) => setTimeout(resolve, 10));
    await slot.close();
    expect(await used).toBe(1);
    expect(sessions[0]?.closes).toBe(1);
    await expect(slot.use(idOf)).rejects.toMatchObject({ code: "OVERLOADED" });
  });

  it("a session that arrives after close is closed too", async () => {
    const { slot, sessions } = createSlot();
    slot.nudge();
    await slot.close();
    expect(sessions[0]?.closes).toBe(1);
  });
});
