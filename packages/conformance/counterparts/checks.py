"""Runs checks and prints one JSON object for each: its name and, where it failed, why."""

import json
import traceback

CHECKS = []


def check(function):
    CHECKS.append(function)
    return function


def run_checks(*arguments):
    for function in CHECKS:
        result = {"check": function.__name__.replace("_", " ")}
        try:
            function(*arguments)
        except Exception as error:
            where = traceback.extract_tb(error.__traceback__)[1]
            result["failure"] = f"{type(error).__name__}: {error}\n{where.name}, line {where.lineno}: {where.line}"
        print(json.dumps(result), flush=True)
