import { InferenceSession, Tensor } from "onnxruntime-node";
import { INPUT_SHAPE, inputNumbers, report } from "../../weights/subject.ts";
import { readOrder } from "../order.ts";

// As the runtime loads it by itself.
const session = await InferenceSession.create(readOrder().originalPath);
const { y } = await session.run({ x: new Tensor("float32", inputNumbers(), INPUT_SHAPE) });
report(y?.data as Float32Array);
process.exit();
