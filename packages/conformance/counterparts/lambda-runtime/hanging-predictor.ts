import { definePredictor } from "@virga/core";

/** What makes the predictor never answer. */
export const HANGS = 777_777n;

/** The model itself, but for one number. */
export default definePredictor({
  async predict(inputs, context) {
    const { data } = inputs["X"] ?? { data: [] };
    if (data[0] === HANGS) await new Promise<never>(() => undefined);
    return context.model().run(inputs);
  },
});
