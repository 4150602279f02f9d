import { describe, expect, it } from "@jest/globals";
import { parsePriceBook, STANDARD_PRICES } from "@virga/cost";

describe("a price book", () => {
  const [id, item] = Object.entries((STANDARD_PRICES as { items: Record<string, object> }).items)[0]!;
  const withItem = (change: object): unknown => ({
    ...(STANDARD_PRICES as object),
    items: { [id]: { ...item, ...change } },
  });

  it.each([
    ["price", { price: "-1" }],
    ["asOf", { asOf: "yesterday" }],
    ["confidence", { confidence: "sure" }],
    ["source", { source: "hearsay" }],
    ["tiers", { tiers: [] }],
    ["tiers[0]", { tiers: ["0.1"] }],
    ["tiers", { tiers: [{ upTo: "5", price: "1" }] }],
    [
      "tiers[1].upTo",
      {
        tiers: [
          { upTo: "5", price: "1" },
          { upTo: "5", price: "1" },
          { upTo: null, price: "1" },
        ],
      },
    ],
  ])("names the entry and the field that is wrong: %s", (field, change) => {
    expect(() => parsePriceBook(withItem(change))).toThrow(`price book.items["${id}"].${field} `);
  });
});
