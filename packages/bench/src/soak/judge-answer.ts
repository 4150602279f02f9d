import type { CallAnswer } from "./call.ts";
import type { Expected, SoakCase } from "./soak-cases.ts";

interface AnswerDocument {
  readonly model_version: string;
  readonly outputs: readonly [{ readonly data?: Expected }];
}

/** Of the largest number: a batch adds up in another order than a lone request. */
const TOLERANCE = 1e-4;

/** Says what is wrong with a 200's answer; nothing where it is right. */
export function judgeAnswer(answer: CallAnswer, asked: SoakCase, possible: ReadonlySet<number>): string | undefined {
  const { version, values } = readAnswer(answer);
  const matching = asked.expected.findIndex((expected, index) => index > 0 && isSame(values, expected));
  if (matching < 0) return `version ${version} gave what neither version answers: ${excerpt(values)}`;
  if (matching !== version) return `called itself version ${version} and gave the answer of version ${matching}`;
  if (possible.has(version)) return undefined;
  return `version ${version} answered; only ${[...possible].join(" and ")} could`;
}

function readAnswer({ headers, body }: CallAnswer): { readonly version: number; readonly values: Expected } {
  const header = headers["inference-header-content-length"];
  if (header === undefined) {
    const { model_version, outputs } = JSON.parse(body.toString()) as AnswerDocument;
    return { version: Number(model_version), values: outputs[0].data ?? [] };
  }
  const { model_version } = JSON.parse(body.toString("utf8", 0, Number(header))) as AnswerDocument;
  const numbers = new Float32Array(Uint8Array.from(body.subarray(Number(header))).buffer);
  return { version: Number(model_version), values: Array.from(numbers) };
}

function isSame(values: Expected, expected: Expected): boolean {
  if (values.length !== expected.length) return false;
  const largest = Math.max(...expected.map((each) => (typeof each === "number" ? Math.abs(each) : 0)));
  return expected.every((value, index) => {
    const given = values[index];
    if (typeof value !== "number" || typeof given !== "number") return given === value;
    return Math.abs(given - value) <= TOLERANCE * largest;
  });
}

function excerpt(values: Expected): string {
  return `${values.length} values, the first ${JSON.stringify(values.slice(0, 4))}`;
}
