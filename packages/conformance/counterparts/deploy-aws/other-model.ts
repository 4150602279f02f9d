/** Tag of one number in a list of an ONNX attribute: field 7, of four bytes. Source: onnx/onnx.proto, AttributeProto. */
const FLOAT_TAG = 0x3d;
const COEFFICIENTS = "coefficients";

/** The iris classifier with its coefficients negated: what it takes and gives is the same, what it answers is not. */
export function otherIris(model: Uint8Array): Uint8Array {
  const other = Buffer.from(model);
  let position = other.indexOf(COEFFICIENTS) + COEFFICIENTS.length;
  for (; other[position] === FLOAT_TAG; position += 5) {
    other.writeFloatLE(-other.readFloatLE(position + 1), position + 1);
  }
  return other;
}
