/** What goes wrong with one answer. Positions count bytes of its body. */
export type Fault =
  /** The connection breaks, with 0 before anything was answered. */
  | { readonly kind: "reset"; readonly afterBytes: number }
  /** The connection ends in good order, but too early. */
  | { readonly kind: "truncate"; readonly afterBytes: number }
  /** Nothing more comes. */
  | { readonly kind: "stall"; readonly afterBytes: number }
  | { readonly kind: "status"; readonly status: number; readonly retryAfter?: string; readonly body?: string }
  /** One bit is another. */
  | { readonly kind: "corrupt"; readonly atByte: number }
  /** The right number of bytes from the wrong place, as the answer says itself. */
  | { readonly kind: "wrongRange" }
  /** Fewer bytes than were asked for, as the answer says itself. */
  | { readonly kind: "shortRange" }
  /** The whole object with status 200. */
  | { readonly kind: "whole" }
  /** The object has other bytes from now on. */
  | { readonly kind: "replace"; readonly bytes: Uint8Array }
  /** Sent on to itself, so many times. */
  | { readonly kind: "redirect"; readonly status: number; readonly times: number }
  | { readonly kind: "chunked"; readonly chunkBytes: number }
  | { readonly kind: "slow"; readonly bytesPerSecond: number }
  /** No length is named: the end of the connection is the end of the body. */
  | { readonly kind: "untilClose" }
  | { readonly kind: "coding"; readonly coding: string }
  /** Something that is not HTTP. */
  | { readonly kind: "garbage" };
