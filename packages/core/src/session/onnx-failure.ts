import { type FailureCode, InferenceError } from "../errors.ts";
import { readableReason } from "./onnx-reason.ts";

interface KnownFailure {
  readonly pattern: RegExp;
  readonly code: FailureCode;
  /** What follows the model's name; gets what the pattern's groups caught. */
  readonly text: (...caught: readonly string[]) => string;
}

/** Element types by their number, those that the binding does not know. Source: onnx/onnx.proto. */
const ELEMENT_TYPES: Readonly<Record<string, string>> = {
  "14": "complex64",
  "15": "complex128",
  "16": "bfloat16",
  "17": "float8e4m3fn",
  "18": "float8e4m3fnuz",
  "19": "float8e5m2",
  "20": "float8e5m2fnuz",
  "23": "float4e2m1",
  "24": "float8e8m0",
  "25": "uint2",
  "26": "int2",
};

const LOCALE_ADVICE =
  "needs the locale en_US.UTF-8, which this system lacks: install it (Debian and Ubuntu: `apt-get install locales && " +
  "localedef -i en_US -f UTF-8 en_US.UTF-8`), or, without root, run `localedef -i en_US -f UTF-8 " +
  "DIRECTORY/en_US.UTF-8` and set LOCPATH=DIRECTORY";

const OUT_OF_MEMORY =
  /Failed to allocate memory|failed to allocate output|bad.?alloc|bad array new length|storage size overflowed|Integer overflow|Array buffer allocation failed/i;

const LOAD_FAILURES: readonly KnownFailure[] = [
  {
    pattern: /File doesn't exist/,
    code: "WEIGHTS_MISSING",
    text: () => "does not exist",
  },
  {
    pattern: /[Pp]rotobuf parsing failed|does not have a graph/,
    code: "WEIGHTS_CORRUPT",
    text: () => "is not an ONNX model, or has been cut short: fetch or export it again",
  },
  {
    pattern:
      /External data path does not exist: "([^"]*)"|cannot get file size: [^[]*\[([^\]]*)\]|External file: (.*) not found from the table/,
    code: "WEIGHTS_MISSING",
    text: (...paths) =>
      `keeps its weights in the file ${fileName(paths.find((path) => path !== undefined) ?? "")}, which is missing: put it beside the model, or pass it along with the model's bytes`,
  },
  {
    pattern: /External initializer: (.*?) offset: .* are out of bounds or can not be read in full/,
    code: "WEIGHTS_CORRUPT",
    text: (name) =>
      `needs more external data than there is (weights ${name}): its data file has been cut short or is another model's`,
  },
  {
    pattern: /External data path escapes|Absolute path not allowed for external data/,
    code: "MODEL_UNSUPPORTED",
    text: () => "names a weights file outside of its own folder, which is not allowed: keep both in one folder",
  },
  {
    pattern: /Unsupported data type: (\d+)/,
    code: "MODEL_UNSUPPORTED",
    text: (number) =>
      `has an input or output of the element type ${ELEMENT_TYPES[number ?? ""] ?? number}, which cannot be carried: cast it to float32 inside of the model`,
  },
  {
    pattern: /MLDataType for: tensor\((\w+)\) is not currently registered/,
    code: "MODEL_UNSUPPORTED",
    text: (type) => `uses the element type ${type}, which the runtime does not support`,
  },
  {
    pattern: /Could not find an implementation for (\S+)\((\d+)\) node/,
    code: "MODEL_UNSUPPORTED",
    text: (operator, version) =>
      `uses operator ${operator} in version ${version}, for which the runtime has no CPU implementation with these types: convert the model to a newer opset or other types`,
  },
  {
    pattern:
      /(?:Fatal error: |failed:)?(\S+:\w+)\(-?\d+\) is not a registered function\/op|No Op registered for (\S+) with domain_version/,
    code: "MODEL_UNSUPPORTED",
    text: (...operators) =>
      `uses operator ${operators.find((operator) => operator !== undefined)}, which the runtime does not have: replace it with operators of ONNX`,
  },
  {
    pattern: /Opset (\d+) is under development.*domain (\S+) is till opset (\d+)/s,
    code: "MODEL_UNSUPPORTED",
    text: (version, domain, newest) =>
      `uses opset ${version} of ${domain}; the runtime knows it up to ${newest}: export it with an older one`,
  },
  {
    pattern: /Unsupported model IR version: (\d+), max supported IR version: (\d+)/,
    code: "MODEL_UNSUPPORTED",
    text: (version, newest) =>
      `has the IR version ${version}; the runtime knows up to ${newest}: export it with an older ONNX`,
  },
  {
    pattern: /Batchwise recurrent operations \(layout == 1\) are not supported/,
    code: "MODEL_UNSUPPORTED",
    text: () =>
      "has an RNN, GRU or LSTM whose first dimension is the batch (`layout` 1), which the runtime cannot compute: export it with `layout` 0 and transpose its inputs and outputs",
  },
  { pattern: /Failed to construct locale/, code: "MODEL_UNSUPPORTED", text: () => LOCALE_ADVICE },
  {
    pattern: OUT_OF_MEMORY,
    code: "MODEL_UNSUPPORTED",
    text: () => "needs more memory than this system gives: use a smaller model or raise the limit",
  },
];

/** The failure of a load in a user's terms; `modelLabel` is what the message calls the model. */
export function toLoadFailure(error: unknown, modelLabel: string): InferenceError {
  if (InferenceError.is(error)) return error;
  const message = error instanceof Error ? error.message : String(error);
  for (const { pattern, code, text } of LOAD_FAILURES) {
    const match = pattern.exec(message);
    if (match !== null) return failure(code, modelLabel, text(...match.slice(1)), error);
  }
  return failure("WEIGHTS_CORRUPT", modelLabel, `is refused by the ONNX runtime: ${readableReason(error)}`, error);
}

/** The failure of a run: the input was too much for the machine, or not what the model can work with. */
export function toRunFailure(error: unknown): InferenceError {
  const reason = readableReason(error);
  if (OUT_OF_MEMORY.test(reason)) {
    const message = `The model needs more memory for this input than there is: send less at once (${reason}).`;
    return new InferenceError("INPUT_TOO_LARGE", message, { cause: error });
  }
  return new InferenceError("RUN_FAILED", `The model cannot process this input: ${reason}.`, { cause: error });
}

function failure(code: FailureCode, modelLabel: string, text: string, cause: unknown): InferenceError {
  return new InferenceError(code, `${modelLabel} ${text}.`, { cause });
}

function fileName(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? path;
}
