"""
Checking every certificate as a stranger would: offline, with the venue's public keys.
"""

import json
from collections.abc import Iterable
from typing import Any

from hutong.certificates import verification
from hutong.node.demo.client import Api
from hutong.transparency.venue_keys import VenueKeys


def verify_all(reader: Api, certificates: Iterable[dict[str, Any]]) -> list[str]:
    """Verify PDF and JSON of each certificate `reader` may open. Returns what failed, in words."""
    described = reader.get("/.well-known/hutong.json")
    keys = VenueKeys.parse(json.dumps(described["keys"]).encode())
    return [
        problem
        for certificate in certificates
        for form in ("pdf", "credential")
        for problem in _faults(reader, certificate["number"], form, keys)
    ]


def _faults(reader: Api, number: str, form: str, keys: VenueKeys) -> list[str]:
    report = verification.verify(reader.download(f"/api/v1/certificates/{number}/{form}"), keys)
    if report.verified:
        return []
    return [f"{number} {form}: {step.name} {step.sentence()}" for step in report.failures()]
