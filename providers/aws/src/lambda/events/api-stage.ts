import { type EventRecord, recordAt, textAt } from "./event-record.ts";

/** A path without the stage that an API's own host name needs in front of it; other host names have none there. */
export function withoutStage(path: string, event: EventRecord): string {
  const context = recordAt(event, "requestContext");
  const stage = textAt(context, "stage") ?? "$default";
  if (stage === "$default" || !isOwnHost(context)) return path;
  if (path === `/${stage}`) return "/";
  return path.startsWith(`/${stage}/`) ? path.slice(stage.length + 1) : path;
}

function isOwnHost(context: EventRecord): boolean {
  const host = textAt(context, "domainName");
  return host === undefined || host.startsWith(textAt(context, "apiId") ?? "");
}
