"""
Bundles: technologies of one or several sellers, sold as one project with a stated split (TE-4).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from typing import Any
from uuid import UUID

from hutong.journal.actions import action, record
from hutong.kit.actor import Actor
from hutong.kit.ids import subject
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.technologies import rules
from hutong.technologies.actions.entering import checked
from hutong.technologies.actions.entitled import ENTER_ANY, party_to_enter_for
from hutong.technologies.models import BundlePart, Technology
from hutong.technologies.queries import TechnologyView, technology
from hutong.technologies.rules import Kind, Part, Status

LARGEST_TERM = 10**9  # of a share's numerator and denominator


@action(power=None)
def make_bundle(
    *,
    actor: Actor,
    now: datetime,
    said: Mapping[str, Any],
    parts: Sequence[tuple[UUID, Fraction]],
    carve_out: bool = False,
    party: UUID | None = None,
) -> TechnologyView:
    """Make one project of entered technologies; `parts` names each with its share of the price.

    A member bundles its own; those of several sellers are bundled by an officer
    (`technologies.enter_any`), who has their consent on file. Raises Refused: not_entered,
    bundle_size, bundle_repeats, bundle_nested, bundle_split.
    """
    party = party_to_enter_for(actor, party)
    new = checked({**said, "kind": Kind.BUNDLE.value}, bundle=True)
    rows = {
        row.id: row
        for row in Technology.objects.select_for_update()
        .filter(id__in=[id for id, _ in parts])
        .order_by("id")
    }
    for id, share in parts:
        if id not in rows or (rows[id].party != party and not actor.has(ENTER_ANY)):
            raise Refused(CommonRefusal.NOT_FOUND, what="technology")
        if max(abs(share.numerator), share.denominator) > LARGEST_TERM:
            raise Refused(CommonRefusal.INVALID, field="share", problem="use smaller terms")
    rules.check_bundle(
        [Part(id, Kind(rows[id].kind), Status(rows[id].status), share) for id, share in parts]
    )
    row = Technology(
        status=Status.ENTERED.value,
        party=party,
        entered_by=actor.person,
        entered_at=now,
        refreshed_at=now,
        carve_out=carve_out,
    )
    row.take(new)
    row.save(force_insert=True)
    BundlePart.objects.bulk_create(
        BundlePart(
            bundle=row,
            part_id=id,
            position=position,
            numerator=share.numerator,
            denominator=share.denominator,
        )
        for position, (id, share) in enumerate(parts)
    )
    record(
        subject("technology", row.id),
        rules.Bundled(
            technology=row.id,
            parts=tuple(id for id, _ in parts),
            split=tuple(share for _, share in parts),
            carve_out=carve_out,
            record=new.as_json(),
            digest=bytes(row.record_digest).hex(),
            party=party,
        ),
    )
    return technology(row.id)
