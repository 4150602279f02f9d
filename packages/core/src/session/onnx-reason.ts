const MOST_CHARACTERS = 300;

/**
 * What the runtime says of a failure, in the words that help a user: without source files, C++ signatures, absolute
 * paths and the condition in code that did not hold.
 */
export function readableReason(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const [head, operator, name, status] =
    /^Non-zero status code returned while running (\S+) node\. Name:'([^']*)' Status Message: (.*)/s.exec(message) ??
    [];
  if (head === undefined) return tidy(message);
  const node = name === "" ? "" : ` (node ${name})`;
  return `operator ${operator}${node}: ${tidy(status ?? "")}`;
}

function tidy(message: string): string {
  const text = message
    .replace(/^(Exception during (initialization|loading): |Load model from .*? failed:|Fatal error: )+/, "")
    .replace(/\[ONNXRuntimeError\] : \d+ : [A-Z_]+ : /g, "")
    .split(/\/onnxruntime_src\/\S+?\.(?:cc|h|cpp|hpp):\d+ /)
    .map((part, index) => (index === 0 ? part : withoutCppSignature(part)))
    .join("")
    .replace(/\b\w+\.(?:cc|h|cpp|hpp):\d+ \S+ /g, "")
    .replace(/^.{0,300}? was false\. (?=.)/s, "")
    .replace(/\/[^\s"'\])]*\/(?=[^\s"'\])]*)/g, "")
    .replace(/\s+/g, " ")
    .trim();
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text.replace(/\.$/, "");
}

/** Leaves away a function's signature at the beginning: up to the end of its parameters and what may follow them. */
function withoutCppSignature(text: string): string {
  const open = text.indexOf("(");
  let depth = 0;
  for (let index = open; index >= 0 && index < text.length; index++) {
    if (text[index] === "(") depth += 1;
    if (text[index] === ")") depth -= 1;
    if (depth === 0) return text.slice(index + 1).replace(/^(?: const|::<lambda\([^)]*\)>| \[with [^\]]*\])*\s+/, "");
  }
  return text;
}
