"""Small words for these tests."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from hutong.kit.refusal import Refused
from hutong.network.mirrors.testing import Log
from hutong.network.projects import actions, queries
from hutong.network.projects.rules import Words
from hutong.parties.testing import member_of, officer, verified_party
from hutong.rights.testing import a_technology, registered_application
from hutong.technologies.testing import bundled

WORDS = Words(title_zh="新材料联合项目", title_en="Materials together", summary="", conditions="")
FINDINGS = "Title clear, mandate on file."


def refusal(act):
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.reason


def announced(venue, *invited):
    """A project led here, drafted by one officer and announced by another."""
    made = actions.draft(
        actor=officer("listing"),
        now=venue.now,
        words=WORDS,
        invited=invited,
        parts_by=venue.now + timedelta(days=20),
    )
    return actions.announce(actor=officer("listing"), now=venue.now, project=made.id)


def seller_with_bundle(venue, count=2):
    seller = verified_party("university")
    found = [
        a_technology(seller, kind="know_how", now=venue.now) for _ in range(count)
    ]  # no claims
    registered_application(seller, [one.id for one in found], now=venue.now)
    return seller, bundled(found, seller, now=venue.now)


def mandated(venue, project, asked_fen=1_000_000):
    seller, bundle = seller_with_bundle(venue)
    part = actions.give_mandate(
        actor=member_of(seller),
        now=venue.now,
        project=project,
        bundle=bundle.id,
        asked_fen=asked_fen,
    )
    return seller, bundle, part


def added(venue, project, asked_fen=1_000_000):
    seller, bundle, part = mandated(venue, project, asked_fen)
    actions.add_part(actor=officer("listing"), now=venue.now, part=part.id, findings=FINDINGS)
    return seller, bundle, queries.contribution(part.id)


class Elsewhere:
    """SZTE's log: two technologies registered there, bundled, and added to a project as a part."""

    def __init__(self, project, *, lead, registered=2, told=2):
        self.log = Log("SZTE")
        self.part, self.bundle = uuid4(), uuid4()
        ids = [uuid4() for _ in range(2)]
        for place, id in enumerate(ids):
            record = self.log.text({"kind": "patent", "title_zh": f"成果{place}"})
            self.log.write(
                "technologies.Entered",
                {"technology": str(id), "technology_kind": "patent", "record": record},
            )
            if place < registered:
                self.log.write("rights.Registered", self._entry(id))
        self.log.write(
            "technologies.Bundled",
            {
                "technology": str(self.bundle),
                "parts": [str(id) for id in ids],
                "split": ["1/2", "1/2"],
                "carve_out": False,
                "record": self.log.text({"kind": "bundle", "title_zh": "深圳成果包"}),
            },
        )
        self.index = self._add(self.part, project, lead, told)
        self.lead = lead
        self.log.sign()

    def adds(self, project):
        """The same bundle, added to another project too; how the message about that differs."""
        part = uuid4()
        index = self._add(part, project, self.lead, 2)
        self.log.sign()
        return {"part": str(part), "entry_index": index}

    def _add(self, part, project, lead, told):
        words = {"title_zh": "深圳成果包", "title_en": "", "seller_zh": "深圳某公司"}
        return self.log.write(
            "network.ProjectPartAdded",
            {
                "part": str(part),
                "project": str(project),
                "lead_venue": lead,
                "bundle": str(self.bundle),
                "technologies": told,
                "text": self.log.text({**words, "seller_en": ""}),
            },
        )

    def _entry(self, id: UUID):
        return {
            "technology": str(id),
            "entry": str(uuid4()),
            "number": "SZTE-RE-1",
            "entry_kind": "first_registration",
            "sequence": 1,
            "effective_on": "2022-06-20",
            "entry_digest": "00",
        }

    def body(self, project, **changed):
        return {
            "project": str(project),
            "part": str(self.part),
            "bundle": str(self.bundle),
            "technologies": 2,
            "asked_fen": 3_000_000,
            "entry_index": self.index,
            **changed,
        }
