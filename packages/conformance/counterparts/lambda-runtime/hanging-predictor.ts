import { definePredictor } from "@virga/core";

/** What makes the predictor never answer. */
export const HANGS = 777_777n;

/** What keeps the thread for ever, so that nothing else of the instance runs. */
export const BLOCKS = 888_888n;

/** The model itself, but for two numbers. */
export default definePredictor({
  async predict(inputs, context) {
    const { data } = inputs["X"] ?? { data: [] };
    if (data[0] === HANGS) await new Promise<never>(() => undefined);
    while (data[0] === BLOCKS);
    return context.model().run(inputs);
  },
});
