/** Where a command writes and which folder its paths start from. */
export interface Terminal {
  readonly folder: string;
  /** What was asked for. */
  print(text: string): void;
  /** Progress and complaints, kept apart from what was asked for. */
  complain(text: string): void;
}
