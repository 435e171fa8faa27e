"""
What the browser tests find at their venue, made by real actions; printed as one line of JSON.

Run with the venue's environment. A university with a technology in public notice, two firms that
hold paddles in a lot that is open for ten minutes, a party that waits for verification, officers.
"""

import json
from datetime import UTC, datetime

from hutong.node.venue import opened

with opened():
    from hutong.auctions.actions import Bidder
    from hutong.auctions.testing import an_open_lot
    from hutong.documents import actions as documents
    from hutong.due import queries as due
    from hutong.kit.ids import new_id, subject
    from hutong.parties import actions, queries
    from hutong.parties.testing import (
        EVIDENCE,
        member_of,
        officer,
        unverified_party,
        verified_party,
    )
    from hutong.rights.testing import a_technology, noticed_application, submitted_application

    now = due.venue_now(datetime.now(UTC))
    officers = {
        role: officer(role, now=now)
        for role in ("administrator", "registrar", "listing", "settlement")
    }
    university = verified_party("上海某大学", now=now, name_en="A University in Shanghai")
    firms = [
        verified_party(f"{name}科技有限公司", "enterprise", now=now, name_en=f"{english} Ltd.")
        for name, english in (("甲", "Alpha"), ("乙", "Beta"))
    ]
    waiting = unverified_party("浦东某研究院", "research_institute", now=now)
    owner = member_of(waiting)
    licence = documents.store(
        actor=owner,
        now=now,
        owner=subject("party", waiting.id),
        name="licence.pdf",
        media_type="application/pdf",
        data=EVIDENCE,
    )
    actions.attach_evidence(
        actor=owner, now=now, party=waiting.id, document=licence.id, proves="licence"
    )
    actions.submit_for_verification(actor=owner, now=now, party=waiting.id)
    technology = a_technology(university, title_zh="一种高熵合金及其制备方法", now=now)
    noticed = noticed_application(university, [technology.id], now=now)
    submitted = submitted_application(university, now=now)
    lot = an_open_lot(
        opens_at=now,
        bidders=[Bidder(firm.id, new_id()) for firm in firms],
        seller=university.id,
        opening_fen=100_000_00,
        increment_fen=1_000_00,
        free_seconds=600,
        limited_seconds=10,
    )
    people = {role: actor.person for role, actor in officers.items()}
    people |= {
        "university": member_of(university).person,
        "alpha": member_of(firms[0]).person,
        "beta": member_of(firms[1]).person,
    }
    seeded = {
        "people": {role: queries.person(person).email for role, person in people.items()},
        "technology": str(technology.id),
        "notice": str(noticed.id),
        "submitted": str(submitted.id),
        "waiting": str(waiting.id),
        "lot": str(lot),
    }
    print(json.dumps(seeded))  # noqa: T201
