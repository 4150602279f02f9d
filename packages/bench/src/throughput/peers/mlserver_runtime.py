"""The runtime for ONNX models that MLServer does not bring, written as its manual says."""

import base64

import numpy
import onnxruntime
from mlserver import MLModel
from mlserver.codecs import NumpyCodec
from mlserver.types import InferenceRequest, InferenceResponse, RequestInput, ResponseOutput


class OnnxModel(MLModel):
    async def load(self) -> bool:
        options = onnxruntime.SessionOptions()
        # The cores are shared between the worker processes.
        options.intra_op_num_threads = self.settings.parameters.extra["threads"]
        path = self.settings.parameters.uri
        self.session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        self.shapes = {each.name: [-1, *each.shape[1:]] for each in self.session.get_inputs()}
        self.output_name = self.session.get_outputs()[0].name
        return True

    async def predict(self, payload: InferenceRequest) -> InferenceResponse:
        feeds = {each.name: self.to_array(each) for each in payload.inputs}
        output = self.session.run(None, feeds)[0]
        is_binary = payload.parameters is not None and getattr(payload.parameters, "binary_data_output", False)
        is_binary = is_binary or any(each.datatype == "BYTES" for each in payload.inputs)
        written = self.to_base64(output) if is_binary else NumpyCodec.encode_output(self.output_name, output)
        return InferenceResponse(model_name=self.name, outputs=[written])

    def to_array(self, given: RequestInput):
        if given.datatype != "BYTES":
            return NumpyCodec.decode_input(given)
        content = base64.b64decode(given.data.root[0])
        return numpy.frombuffer(content, numpy.float32).reshape(self.shapes[given.name])

    def to_base64(self, output) -> ResponseOutput:
        text = base64.b64encode(output.tobytes()).decode()
        return ResponseOutput(name=self.output_name, datatype="BYTES", shape=[1], data=[text])
