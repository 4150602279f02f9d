import { expect, it } from "@jest/globals";
import { ModelVersions } from "../../src/soak/model-versions.ts";

it("lets both versions answer while they are swapped, and only the new one once that is reported", () => {
  const versions = new ModelVersions(1);
  versions.swapAsked(2, 100);
  versions.swapReported(1, 150);
  versions.swapReported(2, 200);
  expect([...versions.possible(0, 99)]).toEqual([1]);
  expect([...versions.possible(0, 100)]).toEqual([1, 2]);
  expect([...versions.possible(200, 300)]).toEqual([1, 2]);
  expect([...versions.possible(201, 300)]).toEqual([2]);
  versions.swapAsked(1, 400);
  expect([...versions.possible(201, 300)]).toEqual([2]);
  expect([...versions.possible(300, 400)]).toEqual([2, 1]);
  expect(versions.newest).toBe(1);
});
