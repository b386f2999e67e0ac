"""Checks that each line of a file is a document of the CloudWatch Embedded Metric Format.

Usage: validate_emf.py SCHEMA LINES. Prints one line a problem, and ends with status 1 when there is one.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema

MAXIMUM_BYTES = 1 << 20
MAXIMUM_VALUES = 100


def number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def references(document: dict[str, Any]) -> Iterator[str]:
    """What the schema cannot say: that names in the metadata are members of the root, of the right type."""
    for directive in document["_aws"]["CloudWatchMetrics"]:
        for dimension in (name for names in directive["Dimensions"] for name in names):
            value = document.get(dimension)
            if not isinstance(value, str) or not value:
                yield f"dimension {dimension} is not a text on the root"
        names = [metric["Name"] for metric in directive["Metrics"]]
        if len(set(names)) != len(names):
            yield "a metric is named twice"
        for name in names:
            value = document.get(name)
            values = value if isinstance(value, list) else [value]
            if not values or not all(map(number, values)):
                yield f"metric {name} is not a number or a list of numbers on the root"
            if len(values) > MAXIMUM_VALUES:
                yield f"metric {name} has {len(values)} values"


def problems(line: str, validator: jsonschema.Draft202012Validator) -> Iterator[str]:
    if len(line.encode()) > MAXIMUM_BYTES:
        yield f"{len(line.encode())} bytes long"
    try:
        document = json.loads(line, parse_constant=lambda name: sys.exit(f"{name} is no JSON: {line}"))
    except ValueError as error:
        yield f"no JSON: {error}"
        return
    found = [f"{error.json_path}: {error.message}" for error in validator.iter_errors(document)]
    yield from found
    if not found:
        yield from references(document)


def main() -> int:
    validator = jsonschema.Draft202012Validator(json.loads(Path(sys.argv[1]).read_text()))
    count = 0
    for index, line in enumerate(Path(sys.argv[2]).read_text().splitlines(), start=1):
        for problem in problems(line, validator):
            print(f"line {index}: {problem}")
            count += 1
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
