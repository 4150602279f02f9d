const { TestEnvironment } = require("jest-environment-node");

// onnxruntime-node compares typed arrays with its own realm's constructors; Jest gives tests a realm of their own.
const shared = [
  ArrayBuffer,
  Float32Array,
  Float64Array,
  Int8Array,
  Int16Array,
  Int32Array,
  BigInt64Array,
  Uint8Array,
  Uint16Array,
  Uint32Array,
  BigUint64Array,
  Error,
];

module.exports = class TypedArrayEnvironment extends TestEnvironment {
  async setup() {
    await super.setup();
    for (const lent of shared) this.global[lent.name] = lent;
  }
};
