"""
Checking every certificate as a stranger would: offline, with the venue's public keys.
"""

import json
from collections.abc import Iterable
from typing import Any

from hutong.certificates import verification
from hutong.node.demo.client import Api
from hutong.transparency.venue_keys import VenueKeys


def verify_all(
    public: Api, holders: Iterable[Api], certificates: Iterable[dict[str, Any]]
) -> list[str]:
    """Verify PDF and JSON of each certificate. Returns what failed, in words."""
    described = public.get("/.well-known/hutong.json")
    keys = VenueKeys.parse(json.dumps(described["keys"]).encode())
    callers = list(holders)
    return [
        problem
        for certificate in certificates
        for form in ("pdf", "credential")
        for problem in _faults(callers, certificate["number"], form, keys)
    ]


def _faults(callers: list[Api], number: str, form: str, keys: VenueKeys) -> list[str]:
    data = _file(callers, f"/api/v1/certificates/{number}/{form}")
    if data is None:
        return [f"{number} {form}: nobody may download it"]
    report = verification.verify(data, keys)
    if report.verified:
        return []
    return [f"{number} {form}: {step.name} {step.sentence()}" for step in report.failures()]


def _file(callers: list[Api], path: str) -> bytes | None:
    for caller in callers:
        response = caller.fetch(path)
        if response.status_code == 200:
            return response.content
    return None
