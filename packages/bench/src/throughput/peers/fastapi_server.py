"""One ONNX model behind FastAPI: what its users write, with the fastest JSON that there is for it."""

import os

import numpy
import onnxruntime
import orjson
from fastapi import FastAPI, Request, Response

NUMBERS = {"FP32": numpy.float32, "INT64": numpy.int64}

options = onnxruntime.SessionOptions()
# The cores are shared between the worker processes.
options.intra_op_num_threads = int(os.environ["THREADS"])
session = onnxruntime.InferenceSession(os.environ["MODEL"], options, providers=["CPUExecutionProvider"])
output_name = session.get_outputs()[0].name
app = FastAPI()


@app.get("/health")
async def health() -> Response:
    return Response()


@app.post("/infer")
async def infer(request: Request) -> Response:
    body = await request.body()
    if request.headers["content-type"] == "application/octet-stream":
        description = session.get_inputs()[0]
        shape = [-1, *description.shape[1:]]
        return in_bytes(run({description.name: numpy.frombuffer(body, numpy.float32).reshape(shape)}))
    asked = orjson.loads(body)
    feeds = {
        each["name"]: numpy.array(each["data"], NUMBERS[each["datatype"]]).reshape(each["shape"])
        for each in asked["inputs"]
    }
    output = run(feeds)
    return in_bytes(output) if "parameters" in asked else in_json(output)


def run(feeds):
    return session.run(None, feeds)[0]


def in_bytes(output) -> Response:
    return Response(output.tobytes(), media_type="application/octet-stream")


def in_json(output) -> Response:
    described = {"name": output_name, "datatype": "FP32", "shape": output.shape, "data": output.ravel()}
    text = orjson.dumps({"outputs": [described]}, option=orjson.OPT_SERIALIZE_NUMPY)
    return Response(text, media_type="application/json")
