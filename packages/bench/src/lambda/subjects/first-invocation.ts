import { report } from "../../weights/subject.ts";
import type { FunctionUrlEvent, FunctionUrlResult } from "../function-url.ts";

/** What stands in for Lambda's own program is told on the command line. */
export interface Invocation {
  /** File URL of the function's module. */
  readonly functionUrl: string;
  readonly event: FunctionUrlEvent;
}

interface FunctionModule {
  readonly handler: (event: FunctionUrlEvent, context: object) => Promise<FunctionUrlResult>;
}

const { functionUrl, event } = JSON.parse(process.argv[2] ?? "") as Invocation;
const { handler } = (await import(functionUrl)) as FunctionModule;
const context = { awsRequestId: "benchmark", getRemainingTimeInMillis: () => 30_000 };
const { statusCode, body } = await handler(event, context);
if (statusCode !== 200) throw new Error(`${statusCode}: ${body}`);
report((JSON.parse(body) as { y: number[][] }).y.flat());
process.exit();
