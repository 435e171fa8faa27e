"""
A well-formed request for every operation that the API describes.
"""

import re
from functools import cache
from typing import Any
from urllib.parse import urlencode

from django.core.files.uploadedfile import SimpleUploadedFile

from authorization.world import Caller, World
from hutong.kit.ids import new_id
from hutong.parties import testing as people


@cache
def operations() -> dict[str, dict[str, Any]]:
    """`METHOD /path` → its description, of everything the API describes."""
    from hutong.node.api import api

    described = api.get_openapi_schema()
    schemas = described["components"]["schemas"]
    found = {}
    for path, of_path in described["paths"].items():
        for method, operation in of_path.items():
            if method in ("get", "post", "put", "patch", "delete"):
                short = path.removeprefix("/api/v1")
                found[f"{method.upper()} {short}"] = {**operation, "schemas": schemas}
    return found


GIVEN = re.compile(r"\{(\w+)\}")


def path_of(name: str, world: World) -> str:
    path = name.partition(" ")[2]

    def value(match: re.Match[str]) -> str:
        special = path.rpartition("/{entry}")[0] + "/entry"
        keys = (name, f"{name} {match[1]}", special, match[1])
        [found, *_] = [world.ids[key] for key in keys if key in world.ids]
        return found

    return GIVEN.sub(value, path) + query_of(name, world)


def query_of(name: str, world: World) -> str:
    """What the operation will not be asked without."""
    told = operations()[name].get("parameters", ())
    wanted = [one["name"] for one in told if one["in"] == "query" and one.get("required")]
    return "?" + urlencode({name: world.ids[name] for name in wanted}) if wanted else ""


def body_of(name: str, world: World) -> Any:
    wanted = operations()[name].get("requestBody")
    if wanted is None:
        return None
    if name in world.bodies:
        return world.bodies[name]
    [schema] = [content["schema"] for content in wanted["content"].values()]
    return example(schema, operations()[name]["schemas"])


def example(schema: dict[str, Any], schemas: dict[str, Any]) -> Any:
    """The least that the description allows."""
    if "$ref" in schema:
        return example(schemas[schema["$ref"].rpartition("/")[2]], schemas)
    if schema.get("examples"):
        return schema["examples"][0]
    if "enum" in schema:
        return schema["enum"][0]
    if "const" in schema:
        return schema["const"]
    match schema.get("type"):
        case "object":
            properties = schema.get("properties", {})
            return {n: example(properties[n], schemas) for n in schema.get("required", [])}
        case "array":
            return [example(schema["items"], schemas)] * schema.get("minItems", 0)
        case "boolean":
            return True
        case "integer":
            return max(1, schema.get("minimum", 1))
        case "string" if schema.get("format") == "date":
            return "2022-07-01"
        case "string" if schema.get("format") == "uuid":
            return str(new_id())
        case "string":
            return "a reason that will do"
    raise AssertionError(f"no example for {schema}")


def files_of(name: str, world: World) -> dict[str, Any] | None:
    wanted = operations()[name].get("requestBody")
    if wanted is None or "multipart/form-data" not in wanted["content"]:
        return None
    file = SimpleUploadedFile("licence.pdf", people.EVIDENCE, "application/pdf")
    return {"file": file, "party": world.ids["party"]}


def send(who: Caller, name: str, world: World) -> Any:
    method = name.partition(" ")[0]
    files = files_of(name, world)
    body = None if files else body_of(name, world)
    return who.ask(method, path_of(name, world), body, files)
