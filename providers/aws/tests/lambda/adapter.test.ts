import { createLambdaHandler, createStreamingHandler } from "@virga/aws/lambda";
import { describeAdapter } from "@virga/conformance";
import {
  BUFFERED_FRONTS,
  createLocalInvoke,
  createLocalStreamingInvoke,
  LOCAL_PLATFORM,
  sendThrough,
  streamingUrl,
} from "@virga/conformance/lambda-front";
import { toService } from "./support/to-service.ts";

for (const front of BUFFERED_FRONTS) {
  describeAdapter(`Lambda behind a ${front.name}`, async (app) => {
    const invoke = createLocalInvoke(createLambdaHandler(toService(app)));
    return { ...front.limits, send: (request) => sendThrough(front, invoke, request), close: () => app.close() };
  });
}

describeAdapter(`Lambda behind a ${streamingUrl.name}`, async (app) => {
  const invoke = createLocalStreamingInvoke(createStreamingHandler(toService(app), LOCAL_PLATFORM));
  return {
    ...streamingUrl.limits,
    send: (request) => sendThrough(streamingUrl, invoke, request),
    close: () => app.close(),
  };
});
