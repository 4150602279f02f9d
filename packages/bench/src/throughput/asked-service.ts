/** What a naive server is to serve, as its parent writes it into the first argument. */
export interface AskedService {
  readonly port: number;
  readonly name: string;
  readonly path: string;
  readonly form: string;
  /** Options of the runtime's session that somebody tuned by hand; its defaults where absent. */
  readonly tuning?: { readonly threads: number; readonly isSpinning: boolean };
}

export function askedService(): AskedService {
  return JSON.parse(process.argv[2] ?? "") as AskedService;
}
