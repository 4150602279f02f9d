import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../deploy-aws/project.ts";
import type { Step } from "../deploy-aws/steps.ts";
import { type AnswerForm, assertAnswer, type RecordedTensors } from "./expected-answer.ts";

/** A request as it is sent to every cloud. */
interface RecordedRequest {
  readonly name: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Base64 of what follows the body's text. */
  readonly binary?: string;
  readonly form: AnswerForm;
}

/** What the root's model answers to the rows of all those requests, as Python's onnxruntime has it. */
interface GoldenTensors {
  readonly modelSha256: string;
  readonly tensors: RecordedTensors;
}

const FOLDER = import.meta.dirname;
const REQUESTS: readonly RecordedRequest[] = JSON.parse(readFileSync(join(FOLDER, "requests.json"), "utf8"));
const GOLDEN: GoldenTensors = JSON.parse(readFileSync(join(FOLDER, "tensors.json"), "utf8"));

/** The recorded requests, one by one, each answered with the golden tensors, whatever cloud it is that answers. */
export function goldenReplay(url: () => string, send: (request: Request) => Promise<Response>): readonly Step[] {
  return [
    {
      check: "golden replay: the tensors are those of this model",
      run: async () => {
        const model = readFileSync(join(ROOT, "examples/iris/model.onnx"));
        assert.equal(createHash("sha256").update(model).digest("hex"), GOLDEN.modelSha256);
      },
    },
    ...REQUESTS.map((recorded) => ({
      check: `golden replay: ${recorded.name}`,
      run: async () => assertAnswer(await send(toRequest(recorded, url())), recorded.form, GOLDEN.tensors),
    })),
  ];
}

function toRequest({ path, headers, body, binary = "" }: RecordedRequest, url: string): Request {
  const bytes = Buffer.concat([Buffer.from(body), Buffer.from(binary, "base64")]);
  return new Request(`${url.replace(/\/$/, "")}${path}`, { method: "POST", headers, body: bytes });
}
