"""Drives a server with KServe's REST client, unmodified."""

import asyncio
import sys

import httpx
import numpy as np
from checks import check, run_checks
from kserve import InferenceRESTClient, InferInput, InferRequest, RESTConfig

URL = sys.argv[1]


def call(protocol, ask):
    async def once():
        async with InferenceRESTClient(RESTConfig(protocol=protocol, timeout=30)) as client:
            return await ask(client)

    return asyncio.run(once())


def pair():
    first = np.arange(32, dtype=np.int32).reshape(2, 16)
    return first, np.full((2, 16), 3, dtype=np.int32)


def inputs_of(arrays, binary):
    inputs = []
    for name, datatype, array in arrays:
        given = InferInput(name=name, shape=list(array.shape), datatype=datatype)
        given.set_data_from_numpy(array, binary_data=binary)
        inputs.append(given)
    return inputs


def infer(model, arrays, binary, **options):
    request = InferRequest(model_name=model, infer_inputs=inputs_of(arrays, binary), **options)
    return call("v2", lambda client: client.infer(URL, request, model_name=model))


def simple(binary, **options):
    first, second = pair()
    return infer("simple", [("INPUT0", "INT32", first), ("INPUT1", "INT32", second)], binary, **options)


def output(response, name):
    [found] = [each for each in response.outputs if each.name == name]
    return found.as_numpy()


@check
def live_and_ready():
    assert call("v2", lambda client: client.is_server_live(URL)) is True
    assert call("v2", lambda client: client.is_server_ready(URL)) is True
    assert call("v2", lambda client: client.is_model_ready(URL, "simple")) is True
    assert call("v2", lambda client: client.is_model_ready(URL, "missing")) is False


@check
def infer_as_json_and_as_binary():
    first, second = pair()
    for binary in (False, True):
        response = simple(binary, request_id="a-1")
        np.testing.assert_array_equal(output(response, "OUTPUT0"), first + second)
        np.testing.assert_array_equal(output(response, "OUTPUT1"), first - second)
        assert response.id == "a-1" and response.model_name == "simple"


@check
def infer_with_binary_outputs():
    first, second = pair()
    response = simple(True, parameters={"binary_data_output": True})
    np.testing.assert_array_equal(output(response, "OUTPUT0"), first + second)


@check
def half_precision_as_binary():
    halves = np.array([0.1, -65504, np.inf], np.float16)
    response = infer("half", [("x", "FP16", halves)], True, parameters={"binary_data_output": True})
    np.testing.assert_array_equal(output(response, "y"), halves)


@check
def texts():
    given = np.array(["", "grüße 🐎"], dtype=object)
    for binary in (False, True):
        response = infer("text", [("x", "BYTES", given)], binary)
        answered = [each.decode() if isinstance(each, bytes) else each for each in output(response, "y")]
        assert answered == list(given), answered


@check
def unknown_model_and_wrong_shape_are_explained():
    first, second = pair()
    wrong = [("INPUT0", "INT32", first[:, :15]), ("INPUT1", "INT32", second)]
    for model, arrays, status, word in (("missing", wrong, 404, "missing"), ("simple", wrong, 400, "INPUT0")):
        try:
            infer(model, arrays, False)
        except httpx.HTTPStatusError as error:
            assert error.response.status_code == status, error
            assert word in str(error), error
            continue
        raise AssertionError("nothing was refused")


@check
def first_version_of_the_protocol():
    assert call("v1", lambda client: client.is_model_ready(URL, "simple")) is True
    first, second = pair()
    rows = [{"INPUT0": a, "INPUT1": b} for a, b in zip(first.tolist(), second.tolist())]
    answer = call("v1", lambda client: client.infer(URL, {"instances": rows}, model_name="simple"))
    assert [row["OUTPUT0"] for row in answer["predictions"]] == (first + second).tolist()
    columns = {"INPUT0": first.tolist(), "INPUT1": second.tolist()}
    answer = call("v1", lambda client: client.infer(URL, {"inputs": columns}, model_name="simple"))
    assert answer["outputs"]["OUTPUT1"] == (first - second).tolist()


run_checks()
