import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { standardPriceBook } from "../../src/price-book/standard-price-book.ts";
import { type CaseComponent, type CostCase, parseCaseFile } from "../../src/verify/case-file.ts";
import { verifyCase } from "../../src/verify/verify-case.ts";

const OWN = new URL("own-cases.json", import.meta.url);
const PUBLISHED = new URL("../../../../../shared/reference/cost-cases.json", import.meta.url);

const book = standardPriceBook();
const readCases = (file: URL): CostCase[] => parseCaseFile(JSON.parse(readFileSync(file, "utf8")));
const differencesOf = (each: CostCase): readonly string[] => verifyCase(each, book).differences;

describe("own cases", () => {
  it.each(readCases(OWN).map((each) => [`${each.id} ${each.description}`, each] as const))("%s", (_, each) => {
    expect(differencesOf(each)).toEqual([]);
    expect(verifyCase(each, book, "book").differences).toEqual([]);
  });
});

const cases = existsSync(PUBLISHED) ? readCases(PUBLISHED) : [];
const whenThere = cases.length > 0 ? describe : describe.skip;

whenThere("published cases (skipped where the file of published examples is not beside the repository)", () => {
  it("are all there", () => expect(cases).toHaveLength(47));

  it.each(cases.map((each) => [`${each.id} ${each.description}`, each] as const))("%s", (_, each) => {
    expect(differencesOf(each)).toEqual([]);
    expect(verifyCase(each, book, "book").differences).toEqual([]);
  });
});

describe("a case that names prices without their values", () => {
  const [first] = readCases(OWN);
  const withIds = (ids: Record<string, { id: string }>): CostCase => ({
    ...first!,
    components: [{ ...first!.components[0]!, prices: ids }],
  });

  it("takes them from the book", () => {
    const [component] = first!.components;
    const ids = Object.entries(component!.prices).map(([role, { id }]) => [role, { id: String(id) }]);
    expect(differencesOf(withIds(Object.fromEntries(ids)))).toEqual([]);
  });

  it("takes them from the book by region where it names none", () => {
    expect(differencesOf(withIds({}))).toEqual([]);
  });

  it("fails on an id that there is not", () => {
    expect(differencesOf(withIds({ requests: { id: "aws/lambda/us-east-1/reqests" } }))).toEqual([
      "price aws/lambda/us-east-1/reqests: the price book does not hold it.",
    ]);
  });
});

describe("a case that does not hold", () => {
  const LITTLE = { architecture: "x86_64", durationMs: 1 };
  const [first] = readCases(OWN);
  const [line, ...lines] = first!.expected["lines"] as Record<string, string>[];
  const change = (expected: Record<string, unknown>): readonly string[] =>
    differencesOf({ ...first!, expected: { ...first!.expected, ...expected } });

  it.each([
    ["a total", { total: "16.91" }, "total: expected 16.91, got 16.90"],
    ["the exact total", { exactTotal: "16.8932" }, "exactTotal: expected 16.8932, got 16.8931"],
    ["one way of rounding", { totals: { exact: "16.90" } }, "totals.exact: expected 16.90, got 16.89"],
    ["a line's amount", { lines: [{ ...line, amount: "0.3" }, ...lines] }, "requests.amount: expected 0.3, got 0.2"],
    [
      "a line's cents",
      { lines: [{ ...line, rounded: "0.21" }, ...lines] },
      "requests.rounded: expected 0.21, got 0.20",
    ],
    [
      "a quantity",
      { lines: [{ ...line, quantity: "1000001" }, ...lines] },
      "requests.quantity: expected 1000001, got 1000000",
    ],
    ["a line too few", { lines }, "lines: expected compute, ephemeral; got requests, compute, ephemeral"],
  ])("tells %s", (_, expected, difference) => {
    expect(change(expected)).toEqual([difference]);
  });

  it("tells a published figure that is known to be wrong and was met", () => {
    const wrong = { ...first!, kind: "published-error", published: { total: "16.90" } };
    expect(differencesOf(wrong)).toEqual(["total: 16.90 is the published figure, which is wrong"]);
  });

  it("tells a published line that is not met", () => {
    const published = { ...first!, kind: "published", published: { total: "16.90", lines: { ephemeral: "0.027" } } };
    expect(differencesOf(published)).toEqual(["published.lines.ephemeral: expected 0.027, got 0.026"]);
  });

  it.each<[string, Partial<CaseComponent>, string | RegExp]>([
    ["a negative input", { inputs: { ...LITTLE, requests: -1 } }, "lambda.requests must be 0 or more, not -1."],
    ["words", { inputs: { ...LITTLE, requests: "1M" } }, 'lambda.requests must be a number, not "1M".'],
    ["a missing input", { inputs: { ...LITTLE, requests: 1 } }, "lambda.memoryMb is missing."],
    ["a service", { service: "aws.lamda" }, /^lambda.service is no service: "aws.lamda"; there is: aws.lambda, /],
    ["a region", { region: "mars-1", prices: {} }, /^region mars-1: no price for aws\/lambda; there is: af-south-1, /],
  ])("names the field: %s", (_, component, message) => {
    const [difference] = differencesOf({ ...first!, components: [{ ...first!.components[0]!, ...component }] });
    if (typeof message === "string") expect(difference).toBe(message);
    else expect(difference).toMatch(message);
  });

  it("names an input that means nothing", () => {
    const [given] = first!.components;
    const broken = { ...given!, inputs: { ...given!.inputs, memoryMB: 1 } };
    expect(differencesOf({ ...first!, components: [broken] })).toEqual([
      "lambda.memoryMB means nothing here: it is misspelt or does not apply.",
    ]);
  });
});
