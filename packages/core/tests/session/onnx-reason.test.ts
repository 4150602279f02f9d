import { describe, expect, it } from "@jest/globals";
import { readableReason } from "../../src/session/onnx-reason.ts";

const SOURCE = "/onnxruntime_src/onnxruntime/core/providers/cpu";

describe("readableReason", () => {
  it.each([
    [
      `Non-zero status code returned while running Reshape node. Name:'flat' Status Message: ${SOURCE}/tensor/reshape_helper.h:91 onnxruntime::ReshapeHelper::ReshapeHelper(const onnxruntime::TensorShape&, onnxruntime::TensorShapeVector&, bool) input_shape_size == requested_shape_size was false. The input tensor cannot be reshaped to the requested shape. Input shape:{5}, requested shape:{3}\n`,
      "operator Reshape (node flat): The input tensor cannot be reshaped to the requested shape. Input shape:{5}, requested shape:{3}",
    ],
    [
      "Non-zero status code returned while running Div node. Name:'' Status Message: element_wise_ops.cc:692 Compute Integer division by zero",
      "operator Div: Integer division by zero",
    ],
    [
      `Exception during initialization: ${SOURCE}/text/string_normalizer.cc:235 onnxruntime::StringNormalizer::Locale::Locale(const std::string&)::<lambda()> Failed to construct locale with name:en_US.UTF-8`,
      "Failed to construct locale with name:en_US.UTF-8",
    ],
    [
      `Non-zero status code returned while running Expand node. Name:'' Status Message: ${SOURCE}/op_kernel.cc:83 virtual OrtValue* onnxruntime::OpKernelContext::OutputMLValue(int, const onnxruntime::TensorShape&) [ONNXRuntimeError] : 1 : FAIL : tensor.cc:57 CalculateTensorStorageSize Tensor shape.Size() must be >= 0\n`,
      "operator Expand: Tensor shape.Size() must be >= 0",
    ],
    [
      `${SOURCE}/x.h:7 static void Handler<onnxruntime::Thrown>::OnOverflow() [with T = int; U = long int] Integer overflow`,
      "Integer overflow",
    ],
    [
      "Load model from /home/user/secret/m.onnx failed:This is an invalid model. Type Error: no.",
      "This is an invalid model. Type Error: no",
    ],
    [
      'External data path escapes: "../w.bin" resolved path: "/home/user/w.bin"',
      'External data path escapes: "../w.bin" resolved path: "w.bin"',
    ],
    ["x == y was false.", "x == y was false"],
    ["", ""],
  ])("%#", (message, expected) => {
    expect(readableReason(new Error(message))).toBe(expected);
  });

  it("is short whatever the runtime says", () => {
    expect(readableReason(new Error("shape ".repeat(10_000))).length).toBeLessThan(310);
  });
});
