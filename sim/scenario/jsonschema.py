"""The JSON Schema of scenario files (draft 2020-12), made from the classes that check them."""

import json
from typing import Any

from sim.faults.fault import FAULTS
from sim.scenario.schema import CHECK_SHORT, CHECKS, Scenario, When

Json = dict[str, Any]

_REF = "#/$defs/{model}"


def schema_text() -> str:
    """The schema as text: the same for the same code, two spaces deep, with a line end."""
    return json.dumps(schema(), indent=2, sort_keys=True) + "\n"


def schema() -> Json:
    """The schema as data."""
    found: Json = Scenario.model_json_schema(ref_template=_REF, by_alias=True)
    definitions: Json = found.setdefault("$defs", {})
    found["properties"]["faults"] = {"type": "array", "items": {"anyOf": _faults(definitions)}}
    found["properties"]["checks"] = {"type": "array", "items": {"anyOf": _checks(definitions)}}
    workload = found["properties"]["workload"]
    found["properties"]["workload"] = {"anyOf": [workload["items"], workload]} | {"title": "Workload"}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Seedstorm scenario"} | found


def _part(model: Any, definitions: Json) -> Json:
    """The schema of a class; what it refers to moves to the common definitions."""
    found: Json = model.model_json_schema(ref_template=_REF, by_alias=True)
    definitions.update(found.pop("$defs", {}))
    return found


def _faults(definitions: Json) -> list[Json]:
    """One shape for each verb: the keys that say when, and the verb."""
    when = _part(When, definitions)["properties"]
    shapes = []
    for verb, fault in FAULTS.items():
        definitions[f"fault {verb}"] = _part(fault, definitions)
        body: Json = {"$ref": f"#/$defs/fault {verb}"}
        behind = {"anyOf": [body, {"type": "string"}]} if verb == "call" else body
        shapes.append(
            {
                "type": "object",
                "properties": when | {verb: behind},
                "required": [verb],
                "additionalProperties": False,
            }
        )
    return shapes


def _checks(definitions: Json) -> list[Json]:
    """A name, or a name with its options."""
    shapes: list[Json] = [{"const": "linearizable"}]
    for name, options in CHECKS.items():
        behind: list[Json] = [_part(options, definitions)]
        if name in CHECK_SHORT:
            behind.append({"type": "string"})
        shapes.append(
            {
                "type": "object",
                "properties": {name: {"anyOf": behind}},
                "required": [name],
                "additionalProperties": False,
            }
        )
    return shapes
