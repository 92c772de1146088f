"""Writes docs/schemas: a JSON schema (2020-12) of each file that has a type in tfcmp.records.

python scripts/json_schemas.py
"""

import inspect
import json
import types
from pathlib import Path
from typing import Any, NotRequired, Union, get_args, get_origin, get_type_hints, is_typeddict

from tfcmp.records.behaviour import Behaviour
from tfcmp.records.bench import Bench
from tfcmp.records.explanation import Explanation
from tfcmp.records.run import Environment, Result, Timing
from tfcmp.records.search import Search, Study
from tfcmp.runs.layout import RUN_FORMAT, SEARCH_FORMAT

FOLDER = Path(__file__).parents[1] / "docs" / "schemas"
# Of each file its type and the version of what holds it: run_format or search_format.
FILES = {
    "behaviour.json": (Behaviour, RUN_FORMAT),
    "bench.json": (Bench, RUN_FORMAT),
    "environment.json": (Environment, RUN_FORMAT),
    "explanation.json": (Explanation, RUN_FORMAT),
    "result.json": (Result, RUN_FORMAT),
    "search.json": (Search, SEARCH_FORMAT),
    "study.json": (Study, RUN_FORMAT),
    "timing.json": (Timing, RUN_FORMAT),
}
SIMPLE = {str: "string", int: "integer", float: "number", bool: "boolean", type(None): "null"}


def main() -> None:
    """Writes all of them."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, schema in schemas().items():
        text = json.dumps(schema, indent=2) + "\n"
        FOLDER.joinpath(name.replace(".json", ".schema.json")).write_text(text)


def schemas() -> dict[str, dict[str, Any]]:
    """The schema of each file, by the file's name."""
    return {name: schema_of(name, *known) for name, known in FILES.items()}


def schema_of(name: str, record: type, version: int) -> dict[str, Any]:
    """The schema of one file."""
    definitions: dict[str, Any] = {}
    reference = _schema(record, definitions)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:tfcmp:{name}:{version}",
        **reference,
        "$defs": dict(sorted(definitions.items())),
    }


def _schema(hint: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    origin, arguments = get_origin(hint), get_args(hint)
    if hint is Any:
        return {}
    if hint in SIMPLE:
        return {"type": SIMPLE[hint]}
    if is_typeddict(hint):
        if hint.__name__ not in definitions:
            definitions[hint.__name__] = {}
            definitions[hint.__name__] = _object(hint, definitions)
        return {"$ref": f"#/$defs/{hint.__name__}"}
    if origin is NotRequired:
        return _schema(arguments[0], definitions)
    if origin in (Union, types.UnionType):
        return {"anyOf": [_schema(one, definitions) for one in arguments]}
    if origin is list:
        return {"type": "array", "items": _schema(arguments[0], definitions)}
    if origin is dict:
        return {"type": "object", "additionalProperties": _schema(arguments[1], definitions)}
    raise TypeError(f"no schema for {hint}")


def _object(record: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    hints = get_type_hints(record, include_extras=True)
    return {
        "type": "object",
        "description": inspect.getdoc(record),
        "properties": {name: _schema(hint, definitions) for name, hint in hints.items()},
        "required": sorted(record.__required_keys__),
        "additionalProperties": False,
    }


if __name__ == "__main__":
    main()
