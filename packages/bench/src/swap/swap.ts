import { tensor } from "@virga/core";
import { type Bench, defineBench } from "../frame/bench.ts";
import { interleave, type Measure } from "../frame/rounds.ts";
import { toRow } from "../frame/row.ts";
import { DEFAULT_CACHE, modelFile } from "../models/model-file.ts";
import { multilayerPerceptron } from "../models/multilayer-perceptron.ts";
import { loadBareModel, toFeeds } from "../warm/bare-model.ts";
import { expectSameAnswer } from "../weights/expect-same-answer.ts";
import { INPUT_SHAPE, inputNumbers } from "../weights/subject.ts";
import { startClients } from "./clients.ts";
import { type Service, startNaiveService, startOurService } from "./services.ts";

/** A layer of the model, by which its versions differ. */
const LAYER_MB = 4.2;

/** How long it takes until a new version answers, while the old one serves. */
export const swap: Bench = defineBench({
  name: "swap",
  summary: "a model is changed for another version while it serves: until the new one has answered",
  flags: {
    size: { default: 105, description: "size of the model in MB" },
    rounds: { default: 10, description: "measured swaps" },
    cache: { default: DEFAULT_CACHE, description: "directory of the generated models" },
  },
  async measure({ size, rounds, cache }, progress) {
    progress(`two versions of ${size} MB`);
    const paths = [size, size - LAYER_MB].map((each) => modelFile(multilayerPerceptron(each), cache));
    const recorded = [await ask(paths[0]), await ask(paths[1])];
    const services = { naive: await startNaiveService(paths), ours: await startOurService(paths) };
    try {
      const samples = await interleave(
        { naive: swaps(services.naive, recorded), ours: swaps(services.ours, recorded) },
        { rounds },
      );
      const row = toRow({
        metric: `${size} MB: swap to first answer`,
        unit: "ms",
        ...samples,
        goal: { kind: "atLeast", value: 10, of: "ratioToNaive" },
      });
      return { rows: [row], notes: NOTES };
    } finally {
      await services.naive.close();
      await services.ours.close();
    }
  },
});

const NOTES = [
  "naive: readFile, InferenceSession.create with the defaults, run; ours: promote, reload, answer through the app",
  "both from the local disk, while two clients ask; no request failed, and every answer was that of one of the versions",
];

/** Swaps forth and back in turn; clients ask meanwhile, before and after. */
function swaps(service: Service, recorded: readonly (readonly number[])[]): Measure {
  let version = 1;
  const ask = async (): Promise<number> => {
    const answer = await service.ask();
    expectSameAnswer(answer.numbers, recorded[answer.version - 1] ?? []);
    return answer.version;
  };
  return async () => {
    const clients = startClients(ask);
    await ask();
    version = 3 - version;
    const startedAtMs = performance.now();
    await service.swap(version);
    const answered = await ask();
    const elapsedMs = performance.now() - startedAtMs;
    await clients.stop();
    if (answered !== version) throw new Error(`version ${answered} answered after the swap to ${version}`);
    return elapsedMs;
  };
}

async function ask(path = ""): Promise<number[]> {
  const model = await loadBareModel(path);
  const { y } = await model.run(toFeeds({ x: tensor("float32", INPUT_SHAPE, inputNumbers()) }));
  return Array.from(y?.data as Float32Array);
}
