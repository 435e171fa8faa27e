"""
How the certificate stands as far as the file and the status lists given tell.
"""

from collections.abc import Sequence

from hutong.certificates import credential as vc
from hutong.certificates import status_list
from hutong.certificates.kinds import KINDS, Kind
from hutong.certificates.report import Outcome, Step, StepName
from hutong.certificates.rules import Purpose
from hutong.certificates.verification.parts import Parts, Unreadable, read_json
from hutong.kit.refusal import N_
from hutong.transparency.venue_keys import VenueKeys


def revocation_step(parts: Parts, keys: VenueKeys, given: Sequence[bytes]) -> Step:
    """As the venue's status lists have it, for those that were given."""
    wanted = status_list.wanted(parts.credential)
    known: list[str] = []
    for raw in given:
        try:
            found = read_json(raw)
            vc.verify(found, keys.credential)
        except (Unreadable, vc.CredentialInvalid) as error:
            return Step(
                StepName.REVOCATION,
                Outcome.FAILED,
                N_("The status list given is not the venue's: {problem}."),
                {"problem": str(error)},
            )
        purpose = wanted.get(str(found.get("id")))
        if purpose is None:
            continue
        try:
            on = status_list.is_set(found, purpose.place)
        except status_list.StatusListInvalid as error:
            text = N_("The status list given cannot be read: {problem}.")
            return Step(StepName.REVOCATION, Outcome.FAILED, text, {"problem": str(error)})
        facts = {"as_of": str(found.get("validFrom"))[:40]}
        if on and purpose.name == Purpose.REVOCATION.value:
            return Step(StepName.REVOCATION, Outcome.FAILED, N_("Revoked, as of {as_of}."), facts)
        if on:
            text = N_("Suspended, as of {as_of}.")
            return Step(StepName.REVOCATION, Outcome.FAILED, text, facts)
        known.append(facts["as_of"])
    if known:
        text = N_("Not revoked as of {as_of}.")
        return Step(StepName.REVOCATION, Outcome.OK, text, {"as_of": min(known)})
    text = N_("Not known from the file alone; ask the venue's verify page.")
    return Step(StepName.REVOCATION, Outcome.UNKNOWN, text)


def validity_steps(parts: Parts) -> tuple[Step, ...]:
    of = KINDS[Kind(parts.content["kind"])]
    until = next((one.of(parts.content) for one in of.fields if one.name == of.valid_until), None)
    if not isinstance(until, str):
        return ()
    text = N_("It holds until {until}.")
    return (Step(StepName.VALIDITY, Outcome.UNKNOWN, text, {"until": until[:10]}),)
