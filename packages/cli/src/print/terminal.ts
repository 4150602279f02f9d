/** Where a command writes, and what it finds around it: the folder that its paths start from, the environment. */
export interface Terminal {
  readonly folder: string;
  /** What the shell says beside the command line: where the clouds' stand-ins listen, say. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** What was asked for. */
  print(text: string): void;
  /** Progress and complaints, kept apart from what was asked for. */
  complain(text: string): void;
}
