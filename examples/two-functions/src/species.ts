import { NAMES } from "./names.ts";

interface Asked {
  readonly queryStringParameters?: Readonly<Record<string, string>>;
}

/** Answers what a species is called, such as `?species=setosa`. */
export async function handler({ queryStringParameters = {} }: Asked): Promise<{ statusCode: number; body: string }> {
  const name = NAMES[queryStringParameters["species"] ?? ""];
  return name === undefined ? { statusCode: 404, body: "unknown" } : { statusCode: 200, body: name };
}
