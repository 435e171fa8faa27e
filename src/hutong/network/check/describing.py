"""Items: how a venue describes itself."""

import json
import re
from typing import Any

from hutong.kit.refusal import N_
from hutong.network.check.items import Run, broken, cannot, item, need
from hutong.network.check.wire import AddressInvalid, Answer, Wire
from hutong.transparency.venue_keys import KeyFileInvalid, VenueKeys

DESCRIBES = "A venue describes itself"
CODE = re.compile(r"[A-Z][A-Z0-9-]{1,15}")
REGION = re.compile(r"[A-Z]{2}-[A-Z0-9]{2,3}")
DOORS = ("checkpoint", "witness", "members", "apply", "inbox", "mirror", "checkpoints")


def object_in(answer: Answer) -> dict[str, Any]:
    """The JSON object an answer is. Raises Broken."""
    need(
        answer.status == 200,
        N_("HTTP {status} instead of {wanted}"),
        status=answer.status,
        wanted=200,
    )
    try:
        told = json.loads(answer.body)
    except (ValueError, RecursionError):
        broken(N_("the answer is not JSON"))
    need(isinstance(told, dict), N_("the answer is not a JSON object"))
    return dict(told)


@item(
    "describe.served",
    at=DESCRIBES,
    expects=N_("The venue describes itself as JSON of the format hutong-venue/1."),
)
def served(run: Run) -> None:
    told = object_in(run.wire.get("/.well-known/hutong.json"))
    given = told.get("format")
    need(given == "hutong-venue/1", N_("“{name}” is {found}"), name="format", found=given)
    run.description = told


@item(
    "describe.fields",
    at=DESCRIBES,
    expects=N_(
        "The description has a code, names, a region, keys, endpoints and a rulebook's version."
    ),
    needs=("describe.served",),
)
def fields(run: Run) -> None:
    told = run.description
    for name, pattern in (("code", CODE), ("region", REGION)):
        value = told.get(name)
        fits = isinstance(value, str) and pattern.fullmatch(value)
        need(fits, N_("“{name}” is {found}"), name=name, found=value)
    for name in ("name_zh", "name_en"):
        value = told.get(name)
        need(isinstance(value, str) and value, N_("“{name}” is {found}"), name=name, found=value)
    network = told.get("network", False)
    good = network is None or (
        isinstance(network, dict)
        and isinstance(network.get("anchor"), str)
        and isinstance(network.get("name"), str)
    )
    need(good, N_("“{name}” is {found}"), name="network", found=network)
    need("rulebook_version" in told, N_("“{name}” is missing"), name="rulebook_version")
    run.code = str(told["code"])


@item(
    "describe.endpoints",
    at=DESCRIBES,
    expects=N_("The endpoints are paths of this address, those of the network's doors among them."),
    needs=("describe.served",),
)
def endpoints(run: Run) -> None:
    told = run.description.get("endpoints")
    need(isinstance(told, dict), N_("“{name}” is missing"), name="endpoints")
    assert isinstance(told, dict)
    for name in DOORS:
        path = told.get(name)
        good = isinstance(path, str) and path.startswith("/") and not path.startswith("//")
        need(good, N_("“{name}” is {found}"), name=f"endpoints.{name}", found=path)


@item(
    "describe.address",
    at="Conventions",
    expects=N_("Its address is https://host[:port] and nothing after it; http on loopback only."),
    needs=("describe.served",),
)
def address(run: Run) -> None:
    origin = run.description.get("origin")
    need(isinstance(origin, str), N_("“{name}” is missing"), name="origin")
    assert isinstance(origin, str)
    try:
        Wire(origin).close()
    except AddressInvalid as error:
        broken(N_("“{name}” is {found}"), name="origin", found=error)
    need(not origin.endswith("/"), N_("“{name}” is {found}"), name="origin", found=origin)
    if origin != run.wire.url:
        cannot(N_("it says its address is {found}; it was asked at another"), found=origin)


@item(
    "describe.keys",
    at=DESCRIBES,
    expects=N_("The key file (hutong-venue-keys/1) can be read, is of this venue and of its log."),
    needs=("describe.fields",),
)
def keys(run: Run) -> None:
    told = run.description.get("keys")
    need(isinstance(told, dict), N_("“{name}” is missing"), name="keys")
    try:
        found = VenueKeys.parse(json.dumps(told).encode())
    except KeyFileInvalid as error:
        broken(N_("it cannot be read: {problem}"), problem=error)
    need(
        found.venue.code == run.code,
        N_("“{name}” is {found}"),
        name="keys.code",
        found=found.venue.code,
    )
    origin = found.venue.log_origin
    strays = [key.name for key in found.log if key.name != origin]
    need(not strays, N_("“{name}” is {found}"), name="keys.log", found=strays)
    need(found.log and found.message, N_("“{name}” is missing"), name="keys")
    run.keys = found
