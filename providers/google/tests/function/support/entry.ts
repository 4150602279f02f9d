import { definePredictor } from "@virga/core";
import { createFunctionHandlers, type FunctionHandlers } from "@virga/google/function";

/** Says when it begins, and takes a moment. */
const predictor = definePredictor({
  async predict(inputs, context) {
    process.stdout.write("begun\n");
    await new Promise((resolve) => setTimeout(resolve, 300));
    return context.model().run(inputs);
  },
});

const service = { name: "doubler", models: { doubler: { registryName: "doubler", reference: "production" } } };

export const { predict, score }: FunctionHandlers = await createFunctionHandlers(service, predictor);
