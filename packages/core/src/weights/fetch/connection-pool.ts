import type { LookupFunction } from "node:net";
import { HttpConnection } from "./http-connection.ts";
import { createSharedLookup } from "./shared-lookup.ts";

/** The connections of one fetch. */
export class ConnectionPool {
  readonly #lookup: LookupFunction = createSharedLookup();
  readonly #certificateAuthority: string | undefined;
  readonly #open = new Set<HttpConnection>();
  readonly #idle = new Set<HttpConnection>();

  constructor(certificateAuthority: string | undefined) {
    this.#certificateAuthority = certificateAuthority;
  }

  /** One that has nothing to do, or a new one. */
  acquire(url: URL): HttpConnection {
    for (const connection of this.#idle) {
      if (connection.origin !== url.origin) continue;
      this.#idle.delete(connection);
      if (connection.usable) return connection;
      this.#open.delete(connection);
    }
    const options = { lookup: this.#lookup, certificateAuthority: this.#certificateAuthority };
    const connection = new HttpConnection(url, options);
    this.#open.add(connection);
    return connection;
  }

  /** Keeps a connection for the next request, if it can carry one. */
  release(connection: HttpConnection): void {
    if (connection.usable) this.#idle.add(connection);
    else this.#open.delete(connection);
  }

  close(): void {
    for (const connection of this.#open) connection.close();
    this.#open.clear();
    this.#idle.clear();
  }
}
