import assert from "node:assert/strict";
import { functionUrl, sendThrough } from "@virga/conformance/lambda-front";
import { type EmulatedFunction, withEmulated } from "./emulated-function.ts";
import { BLOCKS, HANGS } from "./hanging-predictor.ts";
import { FACTOR, type Place, SECRET } from "./started-function.ts";

const TIMEOUT_SECONDS = 30;
const SHORT_SECONDS = 3;

/** What a function's artefact owes under AWS's emulator, by name. */
export const EMULATOR_CHECKS: Readonly<Record<string, (place: Place, emulator: string) => Promise<void>>> = {
  "cold and warm: the weights are read once": checkColdAndWarm,
  "invoked directly: documents, and failures by their codes": checkDirect,
  "failures are answers, and the instance goes on": checkFailures,
  "time-outs: a 504 of ours, and the instance goes on": checkDeadline,
  "an instance that is ended by its time-out is replaced": checkReplaced,
};

const ask = ({ invoke }: EmulatedFunction, path: string, body: string): Promise<Response> => {
  const headers = { "content-type": "application/json" };
  return sendThrough(functionUrl, invoke, new Request(`http://localhost${path}`, { method: "POST", body, headers }));
};

const invokedAtFirst = async ({ invoke }: EmulatedFunction): Promise<void> =>
  assert.deepEqual(await invoke('{"X":[1]}'), { kind: "result", text: '{"Y":[3]}' });

async function checkColdAndWarm(place: Place, emulator: string): Promise<void> {
  await withEmulated(place, emulator, TIMEOUT_SECONDS, async (emulated) => {
    assert.deepEqual(emulated.reads, []);
    await invokedAtFirst(emulated);
    const coldReads = emulated.reads.length;
    assert.ok(coldReads > 1, "nothing was read from the bucket");
    for (let turn = 0; turn < 50; turn += 1) {
      const response = await ask(emulated, "/predict", `{"instances":[${turn}]}`);
      assert.deepEqual(await response.json(), { predictions: [turn * FACTOR] });
    }
    assert.equal(emulated.reads.length, coldReads, "a warm instance read again");
    assert.equal(instances(emulated), 1);
    assert.ok(!emulated.log.some((line) => line.includes(SECRET)), "the log holds a secret");
  });
}

async function checkDirect(place: Place, emulator: string): Promise<void> {
  await withEmulated(place, emulator, TIMEOUT_SECONDS, async ({ invoke }) => {
    const input = { name: "X", datatype: "INT64", shape: [1], data: [7] };
    const answer = await invoke(JSON.stringify({ inputs: [input] }));
    assert.ok(answer.kind === "result", JSON.stringify(answer));
    assert.deepEqual(JSON.parse(answer.text).outputs, [{ name: "Y", datatype: "FP32", shape: [1], data: [21] }]);
    assert.deepEqual(await invoke('{"instances":[2]}'), { kind: "result", text: '{"predictions":[6]}' });
    const failure = await invoke('{"X":["none"]}');
    assert.ok(failure.kind === "error" && failure.errorType === "INPUT_INVALID", JSON.stringify(failure));
    assert.deepEqual(await invoke('{"X":[3]}'), { kind: "result", text: '{"Y":[9]}' });
  });
}

async function checkFailures(place: Place, emulator: string): Promise<void> {
  await withEmulated(place, emulator, TIMEOUT_SECONDS, async (emulated) => {
    for (const [path, body, status, code] of [
      ["/predict", '{"instances":[', 400, "INPUT_INVALID"],
      ["/predict", '{"instances":[1000000]}', 400, "RUN_FAILED"],
      ["/v2/models/none/infer", "{}", 404, "MODEL_UNKNOWN"],
    ] as const) {
      const response = await ask(emulated, path, body);
      assert.equal(response.status, status);
      assert.match(await response.text(), new RegExp(code));
    }
    await invokedAtFirst(emulated);
    assert.equal(instances(emulated), 1);
  });
}

async function checkDeadline(place: Place, emulator: string): Promise<void> {
  await withEmulated(place, emulator, SHORT_SECONDS, async (emulated) => {
    await invokedAtFirst(emulated);
    const response = await ask(emulated, "/predict", `{"instances":[${HANGS}]}`);
    assert.equal(response.status, 504);
    assert.match(await response.text(), /DEADLINE_EXCEEDED/);
    const direct = await emulated.invoke(`{"X":[${HANGS}]}`);
    assert.ok(direct.kind === "error" && direct.errorType === "DEADLINE_EXCEEDED", JSON.stringify(direct));
    await invokedAtFirst(emulated);
    assert.equal(instances(emulated), 1);
  });
}

async function checkReplaced(place: Place, emulator: string): Promise<void> {
  await withEmulated(place, emulator, SHORT_SECONDS, async (emulated) => {
    await invokedAtFirst(emulated);
    const blocked = await emulated.invoke(`{"X":[${BLOCKS}]}`);
    assert.ok(blocked.kind === "error" && /timed out/.test(blocked.errorMessage), JSON.stringify(blocked));
    await invokedAtFirst(emulated);
    assert.equal(instances(emulated), 2);
  });
}

/** How many instances the emulator has started. */
function instances({ log }: EmulatedFunction): number {
  return log.filter((line) => line.includes("INIT START(")).length;
}
