import type { Dialect } from "./dialects.ts";
import type { StartedServer } from "./started-server.ts";
import type { Form } from "./workloads.ts";

/** The model that a server is started with. */
export interface ServedModel {
  readonly name: string;
  readonly path: string;
  readonly form: Form;
}

/** A way to serve models over HTTP that is measured. */
export interface Contender {
  readonly name: string;
  readonly dialect: Dialect;
  /** Where predictions are asked for. */
  path(model: string): string;
  /** @throws Error with what the server said when it does not come up. */
  start(model: ServedModel, launcher?: readonly string[]): Promise<StartedServer>;
}
