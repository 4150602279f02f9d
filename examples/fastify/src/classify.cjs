// The model from CommonJS: `node classify.cjs 5.1 3.5 1.4 0.2` prints the probability of each species.
const { join } = require("node:path");
const { createPredictor } = require("@virga/core");

async function main(flower) {
  const predictor = await createPredictor(join(__dirname, "../../iris/model.onnx"));
  const { probabilities } = await predictor.predict({ X: [flower] });
  process.stdout.write(`${JSON.stringify([...probabilities.data])}\n`);
  await predictor.close();
}

main(process.argv.slice(2).map(Number)).catch((error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
