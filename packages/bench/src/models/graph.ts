import type { Attribute, Operation, Value } from "@virga/conformance/onnx-model";

/** A weight of random numbers, evenly distributed between -limit and limit. */
export interface RandomWeight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly limit: number;
}

/** A small tensor with given values: a shape, a scale, a gain. */
export interface ConstantWeight {
  readonly name: string;
  readonly type: "float32" | "int64";
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

/** A model before its weights exist: plain data, small enough to hash however large the model. */
export interface Graph {
  readonly name: string;
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  readonly operations: readonly Operation[];
  readonly randoms: readonly RandomWeight[];
  readonly constants: readonly ConstantWeight[];
}

/** Writes a graph operation by operation; every method but `finish` returns the name of what it made. */
export interface GraphWriter {
  /** A layer's weight, scaled so that activations neither fade nor explode over many layers. */
  weight(shape: readonly number[], fanIn: number): string;
  constant(type: ConstantWeight["type"], shape: readonly number[], values: readonly number[]): string;
  operation(operator: string, inputs: readonly string[], attributes?: Readonly<Record<string, Attribute>>): string;
  /** Gives the value its public name. */
  finish(value: string, output: Value): Graph;
}

/** Starts a graph with the inputs given. */
export function writeGraph(name: string, inputs: readonly Value[]): GraphWriter {
  const operations: Operation[] = [];
  const randoms: RandomWeight[] = [];
  const constants: ConstantWeight[] = [];
  const operation: GraphWriter["operation"] = (operator, from, attributes = {}) => {
    const output = `value${operations.length}`;
    operations.push({ operator, inputs: from, outputs: [output], attributes });
    return output;
  };
  return {
    operation,
    weight(shape, fanIn) {
      const weight = { name: `weight${randoms.length}`, shape, limit: Math.sqrt(6 / fanIn) };
      randoms.push(weight);
      return weight.name;
    },
    constant(type, shape, values) {
      const constant = { name: `constant${constants.length}`, type, shape, values };
      constants.push(constant);
      return constant.name;
    },
    finish(value, output) {
      operations.push({ operator: "Identity", inputs: [value], outputs: [output.name] });
      return { name, inputs, outputs: [output], operations, randoms, constants };
    },
  };
}

/** The size of all random weights, and so, but for a few kilobytes, of the model file. */
export function weightBytes({ randoms }: Graph): number {
  return randoms.reduce((sum, { shape }) => sum + elementCount(shape), 0) * Float32Array.BYTES_PER_ELEMENT;
}

/** Number of elements of a tensor. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}
