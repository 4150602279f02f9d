import { randomUUID } from "node:crypto";
import { GoogleApiError } from "./google-error.ts";

/** Who has a role. */
export interface PolicyBinding {
  readonly role: string;
  readonly members: readonly string[];
}

/** What is written when a policy changes. */
export interface WrittenPolicy {
  readonly etag?: string;
  readonly bindings?: readonly PolicyBinding[];
}

/** An allow policy that is changed by reading, modifying and writing it. Source: IAM, "Policy". */
export class AllowPolicy {
  #etag = newEtag();
  #bindings: readonly PolicyBinding[];

  constructor(bindings: readonly PolicyBinding[] = []) {
    this.#bindings = bindings;
  }

  get(): { readonly etag: string; readonly bindings: readonly PolicyBinding[] } {
    return { etag: this.#etag, bindings: this.#bindings };
  }

  /** @throws GoogleApiError `ABORTED` where the policy has changed since it was read. */
  set({ etag, bindings = [] }: WrittenPolicy): ReturnType<AllowPolicy["get"]> {
    if (etag !== undefined && etag !== this.#etag) {
      throw new GoogleApiError(
        "ABORTED",
        "There were concurrent policy changes. Please retry the whole read-modify-write.",
      );
    }
    this.#etag = newEtag();
    this.#bindings = bindings;
    return this.get();
  }

  has(member: string, roles: readonly string[]): boolean {
    return this.#bindings.some(({ role, members }) => roles.includes(role) && members.includes(member));
  }
}

function newEtag(): string {
  return Buffer.from(randomUUID()).toString("base64").slice(0, 16);
}
