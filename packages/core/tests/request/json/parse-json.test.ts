import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { InferenceError } from "../../../src/errors.ts";
import { JsonBytes } from "../../../src/request/json/json-bytes.ts";
import { JsonReader } from "../../../src/request/json/json-reader.ts";
import type { JsonValue } from "../../../src/request/json/json-value.ts";
import { NumberArray, NumberStore } from "../../../src/request/json/number-array.ts";
import { parseJson } from "../../../src/request/json/parse-json.ts";
import { asNumbers, PADDING, toPlain, utf8 } from "./json-documents.ts";

function faultOf(text: string | Uint8Array): string {
  try {
    parseJson(typeof text === "string" ? utf8(text) : text);
  } catch (error) {
    if (error instanceof InferenceError && error.code === "INPUT_INVALID") return error.message;
    throw error;
  }
  throw new Error("was accepted");
}

describe("parseJson", () => {
  it("gives what JSON.parse gives, for any document", () => {
    const layout = fc.constantFrom("", " ", "\n\t");
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), layout, fc.boolean(), (text, indent, padded) => {
        const document = JSON.stringify(JSON.parse(text), undefined, indent) + (padded ? PADDING : "");
        expect(toPlain(parseJson(utf8(document)))).toStrictEqual(JSON.parse(document));
      }),
      { numRuns: 2000 },
    );
  });

  it("gives what JSON.parse gives, for nested numbers, regular or not", () => {
    const { value } = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.integer(),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.array(tie("value"), { maxLength: 3 }),
      ),
    }));
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 4 }), fc.boolean(), (array, padded) => {
        const document = JSON.stringify(array) + (padded ? PADDING : "");
        expect(toPlain(parseJson(utf8(document)))).toStrictEqual(JSON.parse(document));
      }),
      { numRuns: 2000 },
    );
  });

  it("keeps regular arrays of numbers as such, with their nesting", () => {
    const array = asNumbers(parseJson(utf8("[[ [1, 2],[3,4]\n],[[5,6] , [7,8.5]]]")));
    expect(array.shape).toEqual([2, 2, 2]);
    expect(Array.from(array.toFloat64())).toEqual([1, 2, 3, 4, 5, 6, 7, 8.5]);
    expect([...array.texts()]).toEqual(["1", "2", "3", "4", "5", "6", "7", "8.5"]);
  });

  it("gives integers beyond 2^53 with every digit", () => {
    expect(parseJson(utf8("9007199254740993"))).toBe(9007199254740993n);
    expect(parseJson(utf8("-1e19"))).toBe(-10000000000000000000n);
    expect(parseJson(utf8("-1e20"))).toBe(-1e20);
    expect(parseJson(utf8("1e400"))).toBeGreaterThan(BigInt(Number.MAX_VALUE));
    expect([...asNumbers(parseJson(utf8("[18446744073709551615]"))).texts()]).toEqual(["18446744073709551615"]);
  });

  it("takes the words of numbers that are not finite, bare or among numbers quoted", () => {
    const array = asNumbers(parseJson(utf8('[1, NaN, "NaN", Infinity, "Infinity", -Infinity, "-Infinity"]')));
    const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;
    expect(Array.from(array.toFloat32())).toEqual([1, nan, nan, infinity, infinity, -infinity, -infinity]);
    expect(Array.from(array.toFloat64())).toEqual(Array.from(array.toFloat32()));
    expect(toPlain(parseJson(utf8('{"a": NaN, "b": -Infinity}')))).toEqual({ a: nan, b: -infinity });
  });

  it("has objects without names of others, and sets none of them", () => {
    const document = parseJson(utf8('{"__proto__": {"polluted": 1}, "constructor": "c"}'));
    expect(toPlain(document)).toStrictEqual(JSON.parse('{"__proto__": {"polluted": 1}, "constructor": "c"}'));
    const empty = parseJson(utf8("{}"));
    for (const name of ["__proto__", "constructor", "toString", "polluted"]) {
      expect(typeof empty === "object" && empty !== null && name in empty).toBe(false);
    }
    expect("polluted" in {}).toBe(false);
  });

  it.each([
    ["", "byte 0", "a value", "the end of the document"],
    ["[1,]", "byte 3", "a value", '"]"'],
    ["[1 2]", "byte 3", '"," or "]"', '"2"'],
    ["[1,2", "byte 4", '"," or "]"', "the end"],
    ['{"a":1,}', "byte 7", "a name in quotes", '"}"'],
    ['{"a" 1}', "byte 5", '":"', '"1"'],
    ['{"a":1,"a":2}', "byte 7", "a name that the object does not have yet", ""],
    ["01", "byte 0", "a number as JSON writes it", '"0"'],
    ["[1.]", "byte 1", "a number as JSON writes it", '"1"'],
    ["[-]", "byte 1", "a number as JSON writes it", '"-"'],
    ["[1e]", "byte 1", "a number as JSON writes it", '"1"'],
    ["[.5]", "byte 1", "a value", '"."'],
    ["[+1]", "byte 1", "a value", '"+"'],
    ["tru", "byte 0", "a value", '"t"'],
    ["[] []", "byte 3", "the end of the document", '"["'],
    ['"a', "byte 2", "the end of the string", "the end of the document"],
    ['"a\nb"', "byte 2", "a control character to be escaped", "the byte 0xa"],
    ['"a\\x"', "byte 2", "an escape", '"\\\\"'],
    ['"\\u12g4"', "byte 1", "an escape", ""],
    ['"\\ud800"', "byte 7", "the second half of a surrogate pair", ""],
    ['"\\udc00"', "byte 1", "the first half of a surrogate pair", ""],
    ['"\\ud800\\u0041"', "byte 7", "the second half of a surrogate pair", ""],
    ['["NaN", 1', "byte 9", '"," or "]"', ""],
    [`${"[".repeat(65)}`, "byte 64", "at most 64 levels", '"["'],
    [`${"[".repeat(65)}1${"]".repeat(65)}`, "byte 64", "at most 64 levels", '"["'],
  ])("refuses %s and says where", (text, byte, expected, found) => {
    expect(faultOf(text)).toContain(byte);
    expect(faultOf(text)).toContain(expected);
    expect(faultOf(text + PADDING)).toContain("The body is not valid JSON at byte ");
    expect(faultOf(text)).toContain(found);
  });

  it("refuses bytes that are not UTF-8, and says where", () => {
    const cases: [number[], number][] = [
      [[0x22, 0xff, 0x22], 1],
      [[0x22, 0xc3, 0xa9, 0xc3, 0x22], 4],
      [[0x22, 0xed, 0xa0, 0x80, 0x22], 2],
      [[0x22, 0x61, 0xe2, 0x82], 4],
    ];
    for (const [bytes, position] of cases)
      expect(faultOf(Uint8Array.from(bytes))).toContain(`UTF-8 at byte ${position}`);
  });

  it("takes 64 levels, a byte order mark, and text beyond ASCII", () => {
    expect(asNumbers(parseJson(utf8(`${"[".repeat(64)}1${"]".repeat(64)}`))).shape).toHaveLength(64);
    expect(toPlain(parseJson(utf8("\ufeff[true]")))).toEqual([true]);
    const text = "é → 𝄞";
    expect(parseJson(utf8(JSON.stringify({ [text]: text })))).toEqual({ [text]: text });
  });

  it("limits how many objects it makes", () => {
    expect(faultOf(`[${"{},".repeat(2 ** 20)}1]`)).toContain("at most 1048576 objects and arrays");
    const many = parseJson(utf8(`[${"1,".repeat(2 ** 21)}1]`));
    expect(asNumbers(many).length).toBe(2 ** 21 + 1);
  });
});

describe("the work that a hostile body can cause", () => {
  function attempted(text: string): number {
    const bytes = utf8(text);
    const reader = new JsonReader(new NumberStore(new JsonBytes(bytes), "float64"));
    try {
      reader.read();
    } catch (error) {
      expect(InferenceError.is(error)).toBe(true);
    }
    return reader.attemptedBytes / bytes.length;
  }

  it.each([
    ["brackets alone", "[".repeat(100_000)],
    ["brackets that fail at every level", `[${`${"[".repeat(60)}"a"${"]".repeat(60)},`.repeat(2000)}1]`],
    ["rows that fail at their ends", `[${"[1,2,3],".repeat(20_000)}[1,2]]`],
    ["a long number before every failure", `${`[[[1.${"0".repeat(5000)},"x"],"x"],"x"],`.repeat(50)}`],
    ["levels that fail from the inside out", `${"[".repeat(60)}1${',"x"]'.repeat(60)}`],
    ["an array that fails at the end of the body", `[${"1,".repeat(100_000)}x`],
  ])("%s: every byte is tried as an array of numbers at most once", (_, text) => {
    expect(attempted(text)).toBeLessThanOrEqual(1);
  });

  it("reads strings with many quotes and backslashes, and long runs of zeros", () => {
    const escaped = JSON.stringify('"\\'.repeat(200_000));
    expect(parseJson(utf8(escaped))).toBe('"\\'.repeat(200_000));
    const strings = JSON.stringify(Array.from({ length: 50_000 }, () => "a"));
    expect(toPlain(parseJson(utf8(strings)))).toHaveLength(50_000);
    const zeros: JsonValue = parseJson(utf8(`1${"0".repeat(200_000)}1`));
    expect(zeros).toBeGreaterThan(BigInt(Number.MAX_VALUE));
    expect(parseJson(utf8(`[[1],[2],["x"]]`))).not.toBeInstanceOf(NumberArray);
  });
});
