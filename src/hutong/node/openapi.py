"""
Names in the API's description: a shape is `area.Name`, because two areas may both have a `Status`.

django-ninja collects the shapes of all operations under their class names alone, so the last one of
a name would describe them all.
"""

import re
from collections.abc import Iterator
from typing import Any

from ninja import Schema
from ninja.openapi import schema as ninja_schema
from ninja.schema import NinjaGenerateJsonSchema
from pydantic.json_schema import CoreModeRef, DefsRef

# What pydantic calls a class: `hutong.rights.rules.Status:<id>`, `hutong.doors.api.Page:<id>[…:<id>]`
_CLASS = re.compile(r"hutong\.(\w+)\.(?:\w+\.)*?(\w+)\.(\w+):\d+")
_HELD = re.compile(r"\[\w+:(\d+)\]$")
PROBLEM = "application/problem+json"
RETRY_AFTER = {
    "description": "Seconds after which to ask again",
    "required": True,
    "schema": {"type": "integer"},
}
_USUAL = {"schemas", "rules", "api"}


class QualifiedNames(NinjaGenerateJsonSchema):
    """Names definitions by area and class; generics after what they hold."""

    def get_defs_ref(self, core_mode_ref: CoreModeRef) -> DefsRef:
        unique = super().get_defs_ref(core_mode_ref)
        ref = str(core_mode_ref[0])
        if found := _CLASS.match(ref):
            name = _name(*found.groups())
            if held := _HELD.search(ref):
                name += "_" + _classes()[int(held.group(1))]
            self._prioritized_defsref_choices[unique][0] = DefsRef(name)
        return unique


def _name(area: str, module: str, name: str) -> str:
    return f"{area}.{name}" if module in _USUAL else f"{area}.{module}.{name}"


def _classes() -> dict[int, str]:
    """Name of every shape, by the identity pydantic refers to it with."""
    return {
        id(cls): _name(*found.groups())
        for cls in _below(Schema)
        if (found := _CLASS.match(f"{cls.__module__}.{cls.__name__}:0"))
    }


def _below(cls: type[Any]) -> Iterator[type[Any]]:
    for sub in cls.__subclasses__():
        yield sub
        yield from _below(sub)


def install() -> None:
    """Make django-ninja name shapes this way. Called once, where the API is assembled."""
    replaced: Any = ninja_schema
    replaced.NinjaGenerateJsonSchema = QualifiedNames
    replaced.OpenAPISchema = Description


class Description(ninja_schema.OpenAPISchema):
    """A description that describes each shape once; most operations share theirs."""

    def _create_schema_from_model(self, model: Any, *args: Any, **named: Any) -> Any:
        known: dict[Any, Any] = self.__dict__.setdefault("known", {})
        asked = (model, args, tuple(sorted(named.items())))
        if asked not in known:
            known[asked] = super()._create_schema_from_model(model, *args, **named)
        return known[asked]


def with_problems(description: ninja_schema.OpenAPISchema) -> ninja_schema.OpenAPISchema:
    """Give refusals the media type they have on the wire (RFC 9457), and say when to come again."""
    for operations in description["paths"].values():
        for operation in operations.values():
            for status, response in operation["responses"].items():
                if int(status) >= 400 and "application/json" in response.get("content", {}):
                    response["content"][PROBLEM] = response["content"].pop("application/json")
                if int(status) == 503:
                    response["description"] = "Not now: something of the venue's own is away"
                    response["headers"] = {"Retry-After": RETRY_AFTER}
    return description
