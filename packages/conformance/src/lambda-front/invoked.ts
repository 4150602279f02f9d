/** What became of one invocation, as whoever invoked the function sees it. */
export type Invoked =
  | { readonly kind: "result"; readonly text: string }
  | { readonly kind: "stream"; readonly contentType: string; readonly bytes: Uint8Array }
  | { readonly kind: "error"; readonly errorType: string; readonly errorMessage: string };

/** Invokes a function with a JSON text, wherever it runs. */
export type Invoke = (payload: string) => Promise<Invoked>;
