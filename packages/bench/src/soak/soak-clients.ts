import type { Body } from "../warm/bodies.ts";
import type { Manner } from "./call.ts";
import { SoakClient, type SoakScene } from "./soak-client.ts";

interface ClientKind {
  readonly name: string;
  readonly clients: number;
  readonly mostPauseMs: number;
  act(client: SoakClient): Promise<void>;
}

const LEAVING: readonly Manner[] = [{ leaves: "amid body" }, { leaves: "after body" }, { leaves: "amid answer" }];

const KINDS: readonly ClientKind[] = [
  { name: "json", clients: 3, mostPauseMs: 30, act: (client) => client.ask(client.anyCase(), "json") },
  { name: "binary", clients: 4, mostPauseMs: 30, act: (client) => client.ask(client.anyCase(), "binary") },
  {
    name: "slow",
    clients: 2,
    mostPauseMs: 50,
    act: (client) => client.ask(client.anyCase(), anyOf(["json", "binary"]), { pieces: 3, readPauseMs: 40 }),
  },
  {
    name: "leaving",
    clients: 2,
    mostPauseMs: 60,
    act: (client) => client.ask(client.anyCase(), anyOf(["json", "binary"]), anyOf(LEAVING)),
  },
  { name: "mistaken", clients: 1, mostPauseMs: 60, act: (client) => makeMistake(client) },
  {
    name: "probe",
    clients: 1,
    mostPauseMs: 400,
    act: (client) => client.expectStatus(anyOf(["/v2/health/live", "/metrics"]), [200], { method: "GET" }),
  },
];

/** Starts every client; resolves when the soak has ended and the last one has its answer. */
export async function runClients(scene: SoakScene): Promise<void> {
  const running = KINDS.flatMap(({ name, clients, mostPauseMs, act }) =>
    Array.from({ length: clients }, (_, index) =>
      new SoakClient(scene, `${name}${index + 1}`).repeat(act, mostPauseMs),
    ),
  );
  await Promise.all(running);
}

function text(body: string, headers: Readonly<Record<string, string>> = {}): Body {
  return { bytes: Buffer.from(body), headers: { "content-type": "application/json", ...headers } };
}

const ROW = '{"inputs":[{"name":"features","datatype":"FP32","shape":[1,4],"data":[1,2,3,4]}]}';

/** Wrong questions, and the statuses that tell it. */
const MISTAKES: readonly { readonly path: string; readonly statuses: readonly number[]; readonly body: Body }[] = [
  { path: "/v2/models/iris/infer", statuses: [400], body: text(ROW.slice(0, -3)) },
  { path: "/v2/models/iris/infer", statuses: [400], body: text(ROW.replace("[1,4]", "[1,5]")) },
  { path: "/v2/models/iris/infer", statuses: [400], body: text(ROW.replace("[1,2,3,4]", '[1,2,"x",4]')) },
  { path: "/v2/models/image/infer", statuses: [400], body: text(ROW) },
  { path: "/v2/models/words/infer", statuses: [400], body: text(ROW.replace("features", "word")) },
  { path: "/v2/models/layers/infer", statuses: [400], body: text(ROW, { "inference-header-content-length": "9999" }) },
  { path: "/v2/models/nobody/infer", statuses: [404], body: text(ROW) },
  { path: "/v2/models/iris/versions/99/infer", statuses: [404], body: text(ROW) },
  { path: "/nowhere", statuses: [404], body: text(ROW) },
];

async function makeMistake(client: SoakClient): Promise<void> {
  const { path, statuses, body } = anyOf(MISTAKES);
  await client.expectStatus(path, statuses, { body });
}

function anyOf<Value>(values: readonly [Value, ...Value[]] | readonly Value[]): Value {
  return values[Math.floor(Math.random() * values.length)] as Value;
}
