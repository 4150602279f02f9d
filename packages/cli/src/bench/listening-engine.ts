import { createOnnxEngine, type Engine, type ModelSource, type Tensors } from "@virga/core";

/** A model file, as an engine is asked to load it. */
export type FileSource = Extract<ModelSource, { kind: "file" }>;

/** What a service asks of its engine. */
interface Listener {
  loads?(source: FileSource): void;
  runs?(inputs: Tensors): void;
}

/** ONNX Runtime that tells what it is asked, so that the same can be asked again and timed. */
export function createListeningEngine(listener: Listener): Engine {
  const engine = createOnnxEngine({ threads: 1 });
  return {
    platform: engine.platform,
    async load(source) {
      if (source.kind === "file") listener.loads?.(source);
      const session = await engine.load(source);
      return {
        ...session,
        run(inputs, options) {
          listener.runs?.(inputs);
          return session.run(inputs, options);
        },
      };
    },
  };
}
