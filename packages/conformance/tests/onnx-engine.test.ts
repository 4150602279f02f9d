import { createOnnxEngine } from "@virga/core";
import { describeEngine } from "../src/describe-engine.ts";

describeEngine("onnxruntime-node", () => createOnnxEngine());
describeEngine("onnxruntime-node with one thread", () => createOnnxEngine({ threads: 1 }));
