import { describe, expect, it } from "@jest/globals";
import { defineBench, UsageError } from "../src/frame/bench.ts";

const bench = defineBench({
  name: "example",
  summary: "gives its flags back as a row",
  flags: {
    rounds: { default: 3, description: "rounds" },
    cache: { default: "here", description: "directory" },
  },
  measure: async ({ rounds, cache }) => ({ rows: [{ metric: cache, unit: "rounds", ours: rounds + 1 }], notes: [] }),
});

async function measured(typed: Record<string, string>) {
  const { rows } = await bench.measure(typed, () => undefined);
  return rows[0];
}

describe("flags", () => {
  it("have defaults and the type of their default", async () => {
    expect(await measured({})).toEqual({ metric: "here", unit: "rounds", ours: 4 });
    expect(await measured({ rounds: "8", cache: "9" })).toEqual({ metric: "9", unit: "rounds", ours: 9 });
  });

  it.each(["", " ", "many", "-1", "0", "NaN"])("refuse the number %p", async (rounds) => {
    await expect(measured({ rounds })).rejects.toThrow(UsageError);
  });
});
