"""
The API: every area's router under /api/v1, one description, one kind of problem.
"""

import importlib
import importlib.util
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.parser import Parser
from ninja.types import DictStrAny

from hutong import __version__
from hutong.doors.problems import problem_of
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.node import openapi
from hutong.node.areas import AREAS
from hutong.node.middleware import problem_response, too_large

DESCRIPTION = """
Everything a venue does can be done here. Amounts are integers of the minor unit (fen); times are
RFC 3339 in UTC, counted by the venue's clock; ids are UUIDs.

**Who.** Send `Authorization: Bearer <token>`; make tokens at `/api/v1/tokens`. A token acts for one
person and, where given, one party (PA-2). Each operation names the power it needs.

**Once.** Every POST takes an `Idempotency-Key` header (required when signed in). The same key with
the same body acts once and gives the same answer.

**No.** A refusal is `application/problem+json` (RFC 9457) with a stable `code` and the rule it
comes from. Nothing was changed. A `503` says in `Retry-After` when to ask again.
"""


class StrictParser(Parser):
    """JSON bodies: a broken one is the sender's mistake and says where."""

    def parse_body(self, request: HttpRequest) -> dict:
        try:
            body = super().parse_body(request)
        except RequestDataTooBig as error:
            raise too_large() from error
        except (ValueError, RecursionError) as error:
            raise HttpError(400, f"The body is not JSON: {error}") from error
        if at := _where_nul(body):
            raise HttpError(422, f"{at} holds a NUL character, which no text may.")
        return body


def _where_nul(value: Any, at: str = "body") -> str | None:
    """Name the first text with the one character that the database knows no way to keep."""
    match value:
        case str():
            return at if "\0" in value else None
        case dict():
            inside = [(f"{at}.{name}".replace("\0", "�"), one) for name, one in value.items()]
            if any("\0" in name for name in value):
                return at
        case list():
            inside = [(f"{at}[{n}]", one) for n, one in enumerate(value)]
        case _:
            return None
    return next((found for name, one in inside if (found := _where_nul(one, name))), None)


class Described(NinjaAPI):
    """An API whose description says in which form a refusal comes; made once, for it takes long."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._described: dict[str, OpenAPISchema] = {}

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: DictStrAny | None = None
    ) -> OpenAPISchema:
        made = f"{path_prefix}{path_params}"
        if made not in self._described:
            schema = super().get_openapi_schema(path_prefix=path_prefix, path_params=path_params)
            self._described[made] = openapi.with_problems(schema)
        return self._described[made]


def build() -> NinjaAPI:
    """Assemble the API from the areas that have one."""
    openapi.install()
    api = Described(
        title="Hutong",
        version=__version__,
        description=DESCRIPTION,
        docs_url="/docs",
        openapi_url="/openapi.json",
        urls_namespace="api",
        parser=StrictParser(),
        openapi_extra={
            "components": {
                "securitySchemes": {
                    "token": {"type": "http", "scheme": "bearer"},
                    "password": {"type": "http", "scheme": "basic"},
                    "session": {"type": "apiKey", "in": "cookie", "name": "hutong_session"},
                },
            },
            "security": [{}, {"token": []}],
        },
    )
    for area in AREAS:
        if area != "node" and importlib.util.find_spec(f"hutong.{area}.api") and area != "doors":
            api.add_router("", importlib.import_module(f"hutong.{area}.api").router)
    api.add_router("", importlib.import_module("hutong.node.operations").router)

    @api.exception_handler(Refused)
    def refused(request: HttpRequest, error: Refused) -> HttpResponse:
        return problem_response(error)

    @api.exception_handler(ValidationError)
    def malformed(request: HttpRequest, error: ValidationError) -> HttpResponse:
        faults = [
            {"field": ".".join(str(p) for p in e["loc"]), "problem": e["msg"]} for e in error.errors
        ]
        first = faults[0] if faults else {"field": "request", "problem": "malformed"}
        body = problem_of(Refused(CommonRefusal.INVALID, **first))
        return problem_json({**body, "code": "malformed", "faults": faults}, 422)

    @api.exception_handler(HttpError)
    def http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
        said = error.__cause__  # ninja puts its own words before those of our parser
        if isinstance(said, Refused):
            return problem_response(said)
        if isinstance(said, HttpError):
            error = said
        return problem_json(
            {
                "type": "about:blank",
                "title": str(error),
                "status": error.status_code,
                "code": "malformed" if error.status_code == 422 else "http",
                "rule": "",
                "detail": "",
                "facts": {},
                "faults": [],
            },
            error.status_code,
        )

    def problem_json(body: dict[str, object], status: int) -> HttpResponse:
        response = api.create_response(HttpRequest(), body, status=status)
        response["Content-Type"] = "application/problem+json"
        return response

    return api


api = build()
