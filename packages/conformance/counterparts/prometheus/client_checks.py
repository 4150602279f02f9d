"""Reads the metrics of a server with the parser of Prometheus' Python client, unmodified."""

import json
import re
import sys
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

from checks import check, run_checks
from prometheus_client.parser import text_string_to_metric_families

URL = sys.argv[1]
TEXT = {"inputs": [{"name": "x", "shape": [1], "datatype": "BYTES", "data": ["a"]}]}


def post(path, document):
    request = urllib.request.Request(f"{URL}{path}", json.dumps(document).encode())
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            return response.status
    except urllib.error.HTTPError as error:
        return error.code


def families():
    with urllib.request.urlopen(f"{URL}/metrics", timeout=30) as response:
        assert response.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
        return {family.name: family for family in text_string_to_metric_families(response.read().decode())}


def total(family, name, **labels):
    """The sum of all samples of this name that have these labels."""
    matching = [each for each in family.samples if each.name == name and labels.items() <= each.labels.items()]
    return sum(each.value for each in matching)


@check
def every_family_has_a_type_and_a_help_text():
    for family in families().values():
        assert family.type in ("counter", "gauge", "histogram"), family
        assert family.documentation, family


@check
def names_follow_the_conventions():
    for name, family in families().items():
        assert re.fullmatch(r"(virga|process|nodejs)(_[a-z0-9]+)+", name), name
        assert not re.search(r"_(ms|milliseconds|kb|mb|count|sum|bucket)$", name), name
        for sample in family.samples:
            assert family.type != "counter" or sample.name == f"{name}_total", sample


@check
def no_series_is_there_twice():
    series = [(each.name, tuple(sorted(each.labels.items()))) for found in families().values() for each in found.samples]
    assert len(series) == len(set(series))


@check
def counters_grow_by_what_was_sent_at_once():
    model = {"model": "text", "route": "/v2/models/{model}/infer", "status": "200"}
    before = total(families()["virga_requests"], "virga_requests_total", **model)
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: post("/v2/models/text/infer", TEXT), range(200)))
    assert answers == [200] * 200, set(answers)
    assert total(families()["virga_requests"], "virga_requests_total", **model) - before == 200


@check
def buckets_grow_upwards_and_end_in_the_count():
    post("/v2/models/text/infer", TEXT)
    for name, family in families().items():
        if family.type != "histogram":
            continue
        series = {}
        for sample in family.samples:
            labels = {key: value for key, value in sample.labels.items() if key != "le"}
            parts = series.setdefault(tuple(sorted(labels.items())), {"buckets": []})
            if sample.name == f"{name}_bucket":
                parts["buckets"].append((float(sample.labels["le"]), sample.value))
            else:
                parts[sample.name.removeprefix(f"{name}_")] = sample.value
        assert series, name
        for parts in series.values():
            assert parts["buckets"] == sorted(parts["buckets"]), name
            assert parts["buckets"][-1] == (float("inf"), parts["count"]), name
            assert [count for _, count in parts["buckets"]] == sorted(count for _, count in parts["buckets"]), name


@check
def the_versions_that_serve_are_told():
    versions = {each.labels["model"]: each.labels["version"] for each in families()["virga_model_info"].samples}
    assert versions == {"simple": "1", "text": "1"}, versions


@check
def what_callers_make_up_is_in_no_label():
    for number in range(50):
        assert post(f"/v2/models/made-up-{number}/infer", TEXT) == 404
        assert post(f"/made-up-{number}", TEXT) == 404
    labels = [value for family in families().values() for each in family.samples for value in each.labels.values()]
    assert not any("made-up" in value for value in labels)
    failures = families()["virga_request_failures"]
    assert total(failures, "virga_request_failures_total", code="MODEL_UNKNOWN") == 50
    assert total(failures, "virga_request_failures_total", code="ROUTE_UNKNOWN") == 50


run_checks()
