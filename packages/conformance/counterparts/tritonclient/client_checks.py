"""Drives a server with tritonclient's HTTP client, unmodified."""

import gzip
import json
import sys
import zlib

import numpy as np
import tritonclient.http as http
from checks import check, run_checks
from tritonclient.utils import InferenceServerException

URL = sys.argv[1].removeprefix("http://")


def tensor(name, array, datatype, binary=True):
    given = http.InferInput(name, list(array.shape), datatype)
    given.set_data_from_numpy(array, binary_data=binary)
    return given


def pair(binary=True, rows=1):
    first = np.arange(rows * 16, dtype=np.int32).reshape(rows, 16)
    second = np.full((rows, 16), 3, dtype=np.int32)
    inputs = [tensor("INPUT0", first, "INT32", binary), tensor("INPUT1", second, "INT32", binary)]
    return inputs, first + second, first - second


def equal(actual, expected):
    assert actual is not None, "the output is missing"
    assert actual.dtype == expected.dtype, f"{actual.dtype} is not {expected.dtype}"
    assert actual.shape == expected.shape, f"{actual.shape} is not {expected.shape}"
    np.testing.assert_array_equal(actual, expected)


def assert_pair(result, total, difference):
    equal(result.as_numpy("OUTPUT0"), total)
    equal(result.as_numpy("OUTPUT1"), difference)


def refused(call, status, *words):
    """The client shows the body's `error`; without JSON there it shows nothing of use."""
    try:
        call()
    except InferenceServerException as error:
        assert error.status() == str(status), f"status {error.status()}: {error.message()}"
        for word in words:
            assert word.lower() in error.message().lower(), f"{word!r} is not in {error.message()!r}"
        assert len(error.message().split()) >= 4, f"no sentence: {error.message()!r}"
        return
    raise AssertionError("nothing was refused")


SAMPLES = {
    "BOOL": np.array([True, False, True]),
    "UINT8": np.array([0, 1, 255], np.uint8),
    "UINT16": np.array([0, 1, 65535], np.uint16),
    "UINT32": np.array([0, 1, 2**32 - 1], np.uint32),
    "UINT64": np.array([0, 2**53 + 1, 2**64 - 1], np.uint64),
    "INT8": np.array([-128, 0, 127], np.int8),
    "INT16": np.array([-32768, 0, 32767], np.int16),
    "INT32": np.array([-(2**31), 0, 2**31 - 1], np.int32),
    "INT64": np.array([-(2**63), 2**53 + 1, 2**63 - 1], np.int64),
    "FP16": np.array([-65504, 2**-24, 0.1], np.float16),
    "FP32": np.array([-3.4028235e38, 1e-45, 0.1], np.float32),
    "FP64": np.array([-1.7976931348623157e308, 5e-324, 0.1], np.float64),
    "BYTES": np.array(["", "grüße 🐎", 'quote " backslash \\'], dtype=object),
}


def type_inputs(samples, binary):
    # The client refuses to write FP16 as JSON, so that one is always binary.
    return [tensor(f"{name}_in", array, name, binary or name == "FP16") for name, array in samples.items()]


def type_outputs(samples, binary):
    return [http.InferRequestedOutput(f"{name}_out", binary_data=binary or name == "FP16") for name in samples]


def assert_types(result, samples):
    for name, expected in samples.items():
        actual = result.as_numpy(f"{name}_out")
        if name == "BYTES":
            texts = [each.decode() if isinstance(each, bytes) else each for each in actual.flatten()]
            assert texts == list(expected.flatten()), texts
            assert actual.shape == expected.shape
        else:
            equal(actual, expected)


@check
def server_live_and_ready(client):
    assert client.is_server_live()
    assert client.is_server_ready()


@check
def server_metadata(client):
    assert "binary_tensor_data" in client.get_server_metadata()["extensions"]


@check
def model_ready(client):
    assert client.is_model_ready("simple")
    assert client.is_model_ready("simple", "1")
    assert not client.is_model_ready("missing")


@check
def model_metadata(client):
    metadata = client.get_model_metadata("simple")
    assert metadata["name"] == "simple"
    assert metadata["platform"] == "onnx_onnxv1"
    assert metadata["versions"] == ["1"]
    assert metadata["inputs"] == [
        {"name": "INPUT0", "datatype": "INT32", "shape": [-1, 16]},
        {"name": "INPUT1", "datatype": "INT32", "shape": [-1, 16]},
    ]
    assert metadata == client.get_model_metadata("simple", "1")


@check
def repository_index(client):
    index = client.get_model_repository_index()
    assert sorted(model["name"] for model in index) == ["iris", "simple", "text", "types"]
    assert {model["state"] for model in index} == {"READY"}


@check
def infer_with_the_defaults_which_are_binary(client):
    inputs, total, difference = pair()
    result = client.infer("simple", inputs)
    assert_pair(result, total, difference)
    assert "data" not in result.get_output("OUTPUT0")


@check
def infer_as_json(client):
    inputs, total, difference = pair(binary=False)
    outputs = [http.InferRequestedOutput(name, binary_data=False) for name in ("OUTPUT0", "OUTPUT1")]
    result = client.infer("simple", inputs, outputs=outputs)
    assert_pair(result, total, difference)
    assert "data" in result.get_output("OUTPUT0")


@check
def infer_with_json_and_binary_inputs_and_outputs_in_one_request(client):
    binary, total, difference = pair()
    written, _, _ = pair(binary=False)
    outputs = [http.InferRequestedOutput("OUTPUT1", binary_data=False), http.InferRequestedOutput("OUTPUT0")]
    result = client.infer("simple", [written[0], binary[1]], outputs=outputs)
    assert_pair(result, total, difference)


@check
def infer_a_named_version_with_an_id(client):
    inputs, total, difference = pair()
    result = client.infer("simple", inputs, model_version="1", request_id="a-1")
    assert_pair(result, total, difference)
    answer = result.get_response()
    assert (answer["id"], answer["model_name"], answer["model_version"]) == ("a-1", "simple", "1")


@check
def infer_with_parameters_that_mean_nothing_here(client):
    inputs, total, difference = pair()
    assert_pair(client.infer("simple", inputs, priority=1, timeout=5_000_000, parameters={"a": 1}), total, difference)


@check
def infer_one_of_several_outputs(client):
    inputs, _, difference = pair()
    result = client.infer("simple", inputs, outputs=[http.InferRequestedOutput("OUTPUT1")])
    equal(result.as_numpy("OUTPUT1"), difference)
    assert result.as_numpy("OUTPUT0") is None


@check
def infer_compressed_with_gzip_and_deflate(client):
    for algorithm in ("gzip", "deflate"):
        for binary in (True, False):
            inputs, total, difference = pair(binary, rows=64)
            result = client.infer("simple", inputs, request_compression_algorithm=algorithm)
            assert_pair(result, total, difference)


@check
def infer_accepting_a_compressed_answer(client):
    for algorithm in ("gzip", "deflate"):
        inputs, total, difference = pair(rows=64)
        assert_pair(client.infer("simple", inputs, response_compression_algorithm=algorithm), total, difference)


@check
def every_type_as_binary_with_its_extremes(client):
    assert_types(client.infer("types", type_inputs(SAMPLES, True)), SAMPLES)


@check
def every_type_as_json_with_its_extremes(client):
    result = client.infer("types", type_inputs(SAMPLES, False), outputs=type_outputs(SAMPLES, False))
    assert_types(result, SAMPLES)


@check
def every_type_with_no_element(client):
    empty = {name: array[:0] for name, array in SAMPLES.items()}
    for binary in (True, False):
        assert_types(client.infer("types", type_inputs(empty, binary), outputs=type_outputs(empty, binary)), empty)


@check
def not_a_number_and_infinities_as_binary(client):
    odd = {name: np.array([np.nan, np.inf, -np.inf], SAMPLES[name].dtype) for name in ("FP16", "FP32", "FP64")}
    assert_types(client.infer("types", type_inputs({**SAMPLES, **odd}, True)), odd)


@check
def texts_in_rows_and_columns(client):
    texts = np.array([["a", "b"], ["", "c" * 70_000]], dtype=object)
    for binary in (True, False):
        requested = [http.InferRequestedOutput("y", binary_data=binary)]
        assert_types_of_text(client.infer("text", [tensor("x", texts, "BYTES", binary)], outputs=requested), texts)


def assert_types_of_text(result, texts):
    actual = [each.decode() if isinstance(each, bytes) else each for each in result.as_numpy("y").flatten()]
    assert actual == list(texts.flatten())
    assert result.as_numpy("y").shape == texts.shape


@check
def bytes_that_are_no_text(client):
    texts = np.array([[b"\xff\xfe", b"a"]], dtype=object)
    refused(lambda: client.infer("text", [tensor("x", texts, "BYTES")]), 400, "x", "UTF-8")


@check
def iris_gives_label_and_probabilities(client):
    metadata = client.get_model_metadata("iris")
    name = metadata["inputs"][0]["name"]
    result = client.infer("iris", [tensor(name, np.array([[5.1, 3.5, 1.4, 0.2]], np.float32), "FP32")])
    answers = {each["name"]: result.as_numpy(each["name"]) for each in metadata["outputs"]}
    [probabilities] = [each for each in answers.values() if each.dtype == np.float32]
    assert probabilities.shape == (1, 3) and abs(probabilities.sum() - 1) < 1e-5


@check
def body_made_by_the_client_and_sent_by_hand(client):
    inputs, total, difference = pair()
    body, header_length = http.InferenceServerClient.generate_request_body(inputs)
    response = client._post("v2/models/simple/infer", body, {"Inference-Header-Content-Length": header_length}, None)
    parsed = http.InferenceServerClient.parse_response_body(
        response.read(), header_length=int(response["inference-header-content-length"])
    )
    assert_pair(parsed, total, difference)


@check
def two_hundred_requests_at_once(client):
    with http.InferenceServerClient(URL, concurrency=32) as many:
        sent = [(many.async_infer("simple", inputs), total, difference) for inputs, total, difference in
                (pair(rows=1 + index % 7) for index in range(200))]
        for handle, total, difference in sent:
            assert_pair(handle.get_result(), total, difference)


@check
def unknown_model(client):
    inputs, _, _ = pair()
    refused(lambda: client.infer("missing", inputs), 404, "missing")
    refused(lambda: client.get_model_metadata("missing"), 404, "missing")


@check
def unknown_version(client):
    inputs, _, _ = pair()
    refused(lambda: client.infer("simple", inputs, model_version="9"), 404, "9")


@check
def wrong_shape(client):
    wrong = np.zeros((1, 15), np.int32)
    for binary in (True, False):
        inputs = [tensor("INPUT0", wrong, "INT32", binary), pair(binary)[0][1]]
        refused(lambda: client.infer("simple", inputs), 400, "INPUT0", "15", "16")


@check
def wrong_datatype(client):
    inputs = [tensor("INPUT0", np.zeros((1, 16), np.float32), "FP32"), pair()[0][1]]
    refused(lambda: client.infer("simple", inputs), 400, "INPUT0", "INT32")


@check
def missing_and_unknown_inputs(client):
    inputs, _, _ = pair()
    refused(lambda: client.infer("simple", inputs[:1]), 400, "INPUT1")
    extra = tensor("INPUT2", np.zeros((1, 16), np.int32), "INT32")
    refused(lambda: client.infer("simple", [*inputs, extra]), 400, "INPUT2")


@check
def unknown_output(client):
    inputs, _, _ = pair()
    refused(lambda: client.infer("simple", inputs, outputs=[http.InferRequestedOutput("OUTPUT9")]), 400, "OUTPUT9")


@check
def sizes_that_do_not_fit_the_model(client):
    first = tensor("INPUT0", np.zeros((2, 16), np.int32), "INT32")
    second = tensor("INPUT1", np.zeros((3, 16), np.int32), "INT32")
    refused(lambda: client.infer("simple", [first, second]), 400)


@check
def what_is_not_offered_is_refused_in_json(client):
    refused(lambda: client.get_model_config("simple"), 501)
    refused(lambda: client.get_inference_statistics("simple"), 501)
    refused(lambda: client.load_model("simple"), 501)
    refused(lambda: client.unload_model("simple"), 501)
    refused(lambda: client.get_trace_settings(), 404)
    refused(lambda: client.get_log_settings(), 404)
    refused(lambda: client.get_system_shared_memory_status(), 404)


@check
def damaged_compression(client):
    for algorithm, whole in (("gzip", gzip.compress(b'{"inputs":[]}')), ("deflate", zlib.compress(b'{"inputs":[]}'))):
        response = client._post("v2/models/simple/infer", whole[:-6], {"Content-Encoding": algorithm}, None)
        assert response.status_code == 400, response.status_code
        assert json.loads(response.read())["error"]


@check
def still_answers(client):
    inputs, total, difference = pair()
    assert_pair(client.infer("simple", inputs), total, difference)


with http.InferenceServerClient(URL, connection_timeout=30, network_timeout=60) as client:
    run_checks(client)
