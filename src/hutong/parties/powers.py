"""
From mandate, office and token to powers (PA-2, PA-5).

A person's powers are those of every office held, plus, when acting for a party, those of the
mandate. A token never has more than its scopes, and never more than its person has today: what is
revoked is gone at once.
"""

from collections.abc import Iterable, Mapping, Sequence

from hutong.kit.actor import ACT, OWN, READ
from hutong.parties.membership import MandateRole

# Over oneself: register a party, one's tokens and second factor, one's settings.
SELF = "member.self"

OF_MANDATE: dict[MandateRole, frozenset[str]] = {
    MandateRole.VIEWER: frozenset({READ}),
    MandateRole.AGENT: frozenset({READ, ACT}),
    MandateRole.OWNER: frozenset({READ, ACT, OWN}),
}


def powers(
    *,
    mandate: MandateRole | None,
    offices: Iterable[str],
    roles: Mapping[str, Sequence[str]],
    scopes: Iterable[str] | None = None,
) -> frozenset[str]:
    """Powers of a person with these offices acting under this mandate, within `scopes` if given.

    An office whose role the rulebook no longer has gives nothing.
    """
    held = {SELF} | {power for office in offices for power in roles.get(office, ())}
    if mandate is not None:
        held |= OF_MANDATE[mandate]
    return frozenset(held if scopes is None else held & set(scopes))


def is_officers(power: str) -> bool:
    return not power.startswith("member.")
