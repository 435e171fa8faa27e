"""
Are the keys in use those that the journal put in use, and the lost ones given up?
"""

from collections.abc import Iterator

from hutong.journal import queries as journal
from hutong.kit.audit import Discrepancy
from hutong.transparency import queries
from hutong.transparency.keeping.rules import KeyCompromised, KeyRotated
from hutong.transparency.keys import KeysUnusable


def audit() -> Iterator[Discrepancy]:
    """Compare the key file with what was recorded of each key."""
    used: dict[str, str] = {}
    given_up: set[str] = set()
    for entry in journal.of_kinds([KeyRotated.kind, KeyCompromised.kind]):
        if entry.facts["purpose"] == "token":
            continue  # no key file names it
        if entry.kind == KeyRotated.kind:
            used[entry.facts["purpose"]] = entry.facts["key"]
        else:
            given_up.add(entry.facts["key"])
    if not used and not given_up:
        return
    try:
        history = queries.public_keys().history
    except KeysUnusable as error:
        yield Discrepancy("keys/public.json", "the venue's public keys", str(error))
        return
    in_use = {life.purpose: life.key for life in history if life.used_until is None}
    for purpose, key in sorted(used.items()):
        if in_use.get(purpose) != key:
            yield Discrepancy(f"keys/public.json {purpose} in use", key, str(in_use.get(purpose)))
    marked = {life.key for life in history if life.compromised_from is not None}
    for key in sorted(given_up ^ marked):
        wanted, found = (
            ("compromised", "trusted") if key in given_up else ("trusted", "compromised")
        )
        yield Discrepancy(f"keys/public.json {key}", wanted, found)
