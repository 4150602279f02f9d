import { once } from "node:events";
import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import { AllowPolicy } from "./allow-policy.ts";
import type { FunctionInstance } from "./function-instance.ts";

const INVOKERS = ["roles/run.invoker"];

/** The Cloud Run service behind a function: its URL, who may call it, and the instance that answers. */
export class RunService {
  readonly #server: Server;
  readonly #isCaller: (token: string, audience: string) => boolean;
  #instance: FunctionInstance | undefined;
  /** Who may call it. */
  readonly policy: AllowPolicy = new AllowPolicy();

  /** @param isCaller whether an identity token lets in who is allowed to call. */
  constructor(isCaller: (token: string, audience: string) => boolean) {
    this.#isCaller = isCaller;
    this.#server = createServer((incoming, outgoing) => this.#answer(incoming, outgoing));
  }

  async listen(): Promise<void> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
  }

  get uri(): string {
    const address = this.#server.address();
    return `http://127.0.0.1:${typeof address === "object" ? address?.port : undefined}`;
  }

  /** Lets another instance answer from now on, and ends the one before. */
  async replace(instance: FunctionInstance): Promise<void> {
    const before = this.#instance;
    this.#instance = instance;
    await before?.stop();
  }

  /** Sends a request as a service account, which has to be among the invokers. @returns the status of the answer. */
  async send(
    account: string,
    event: { readonly headers: Record<string, string>; readonly body: string },
  ): Promise<number> {
    if (!this.policy.has(`serviceAccount:${account}`, INVOKERS) || this.#instance === undefined) return 403;
    const url = `http://127.0.0.1:${this.#instance.port}/`;
    const answer = await fetch(url, { method: "POST", ...event }).catch(() => undefined);
    await answer?.arrayBuffer();
    return answer?.status ?? 503;
  }

  async close(): Promise<void> {
    await this.#instance?.stop();
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }

  #isAllowed({ headers }: IncomingMessage): boolean {
    const isPublic = this.policy.has("allUsers", INVOKERS);
    const token = /^Bearer (.+)$/.exec(headers.authorization ?? "")?.[1];
    return isPublic || (token !== undefined && this.#isCaller(token, this.uri));
  }

  #answer(incoming: IncomingMessage, outgoing: ServerResponse): void {
    if (!this.#isAllowed(incoming) || this.#instance === undefined) {
      outgoing.writeHead(403, { "content-type": "text/html" });
      outgoing.end(
        "<h1>Error: Forbidden</h1>\n<h2>Your client does not have permission to get URL from this server.</h2>",
      );
      return;
    }
    const { method, url, rawHeaders } = incoming;
    const forwarded = httpRequest(
      { host: "127.0.0.1", port: this.#instance.port, method, path: url, headers: rawHeaders },
      (response) => {
        outgoing.writeHead(response.statusCode ?? 502, response.rawHeaders);
        response.pipe(outgoing);
      },
    );
    forwarded.on("error", () => outgoing.destroy());
    incoming.pipe(forwarded);
  }
}
