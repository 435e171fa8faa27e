"""A joint project of sellers of one venue: sold part by part, without a message (NE-3, DL-2)."""

import pytest

from hutong.certificates import matters
from hutong.certificates import queries as certificates
from hutong.deals import actions as deal_actions
from hutong.deals import queries as deals
from hutong.deals.parts import PartStatus
from hutong.deals.rules import Status as Deal
from hutong.deals.testing import ended
from hutong.kit.ids import subject
from hutong.network.projects import actions as projects_actions
from hutong.network.projects import queries as projects
from hutong.network.projects.rules import ContributionStatus, ProjectStatus
from hutong.network.projects.tests.projecting import added, announced, refusal
from hutong.network.sales import actions, queries
from hutong.network.sales.rules import Refusal, Status
from hutong.network.sales.tests.selling import (
    PRICE,
    bought,
    decided,
    in_order,
    on_board,
    paid,
    signed_here,
)
from hutong.parties.testing import member_of, officer
from hutong.rights import actions as register
from hutong.rights import queries as rights
from hutong.rights.models import Title
from hutong.rights.testing import a_document, a_technology, registered_application
from hutong.settlement import queries as money
from hutong.technologies import queries as technologies
from hutong.technologies.testing import bundled


@pytest.mark.django_db
def test_every_seller_signs_the_one_contract_and_each_part_moves_against_its_share(
    sold_here, drain
):
    deal, seller, other, part = sold_here
    text = deals.contract_text(deal.id).decode()
    for one in deal.parts:
        assert one.contents in text
        assert f"{one.amount_fen / 100:,.2f}" in text
    assert {one.lead: one.amount_fen for one in deal.parts} == {True: 2_000_001, False: 6_000_000}
    signed_here(deal, seller)
    assert deals.deal(deal.id).status is Deal.AGREED, "one seller has not signed"

    assert queries.contract_text(part.id) == text
    wrong = refusal(
        lambda: actions.accept_contract(
            actor=member_of(other), now=deal.opened_at, part=part.id, text_digest="sha256:0"
        )
    )
    assert wrong is Refusal.OTHER_CONTRACT
    actions.accept_contract(
        actor=member_of(other),
        now=deal.opened_at,
        part=part.id,
        text_digest=deal.contract_digest,
    )
    drain()
    assert deals.deal(deal.id).status is Deal.SIGNED
    in_order()
    paid(deal, drain)
    assert [p.status for p in deals.deal(deal.id).parts] == [
        PartStatus.ACCEPTED,  # the lead seller's own
        PartStatus.READY,
    ]
    decided(deal, drain)

    done = deals.deal(deal.id)
    assert done.status is Deal.CLOSED
    assert {p.status for p in done.parts} == {PartStatus.MOVED}
    assert queries.of_part(part.id).status is Status.MOVED
    assert projects.contribution(part.id).status is ContributionStatus.SOLD
    for bundle in (p.bundle for p in done.parts):
        for right in technologies.technology(bundle).parts:
            assert set(rights.title(right).ownership) == {deal.buyer}
    fee = money.fee_of(6_000_000, done.rulebook_version).seller_fen
    assert money.account_of(other.id).available_fen == 6_000_000 - fee
    fee = money.fee_of(2_000_001, done.rulebook_version).seller_fen
    assert money.account_of(seller.id).available_fen == 2_000_001 - fee
    [certificate] = certificates.by_subject(subject("deal", deal.id))
    assert certificate.number == done.certificate
    matter, _ = matters.transaction(deal.id, settled_on=deal.opened_at)
    told = matter.plain()["joint"]["parts"]
    assert [p.seller_zh in line for p, line in zip(done.parts, told, strict=True)] == [True] * 2
    whole = projects.view(projects.projects().get())
    assert (whole.status, whole.ending) == (ProjectStatus.CLOSED, "sold")
    assert done.price_fen == PRICE
    in_order()


@pytest.mark.django_db
def test_a_deal_that_ends_before_anything_moved_frees_every_part(sold_here, drain):
    deal, seller, other, part = sold_here
    signed_here(deal, seller)
    actions.accept_contract(
        actor=member_of(other),
        now=deal.opened_at,
        part=part.id,
        text_digest=deal.contract_digest,
    )
    paid(deal, drain)
    ended(deal.id, now=deal.opened_at)
    drain()
    assert {p.status for p in deals.deal(deal.id).parts} == {PartStatus.ENDED}
    assert queries.of_part(part.id).status is Status.ENDED
    assert projects.contribution(part.id).status is ContributionStatus.RELEASED
    assert rights.disposals_of_deal(deal.id) == []
    assert money.account_of(deal.buyer).available_fen >= PRICE
    in_order()


@pytest.mark.django_db
def test_what_the_lead_seller_accepts_it_accepts_for_its_other_parts_too(venue, joined, drain):
    project = announced(venue)
    seller, _, mine = added(venue, project.id)
    found = [a_technology(seller, kind="know_how", now=venue.now) for _ in range(2)]
    registered_application(seller, [one.id for one in found], now=venue.now)
    more = projects_actions.give_mandate(
        actor=member_of(seller),
        now=venue.now,
        project=project.id,
        bundle=bundled(found, seller, now=venue.now).id,
        asked_fen=3_000_000,
    )
    projects_actions.add_part(
        actor=officer("listing"), now=venue.now, part=more.id, findings="Title clear."
    )
    drain()
    deal = bought(on_board(venue, project, seller, mine, drain), drain)
    signed_here(deal, seller)
    drain()
    assert queries.of_part(more.id).status is Status.SIGNED
    assert deals.deal(deal.id).status is Deal.SIGNED
    in_order()


@pytest.mark.django_db
def test_what_is_given_up_here_is_free_though_the_deal_goes_on(venue, joined, drain):
    project = announced(venue)
    seller, _, mine = added(venue, project.id)
    others = [added(venue, project.id, asked_fen=3_000_000) for _ in range(2)]
    drain()
    deal = bought(on_board(venue, project, seller, mine, drain), drain)
    signed_here(deal, seller)
    for other, _, part in others:
        actions.accept_contract(
            actor=member_of(other),
            now=deal.opened_at,
            part=part.id,
            text_digest=deal.contract_digest,
        )
    paid(deal, drain)
    frozen = [technologies.technology(bundle.id).parts for _, bundle, _ in others]
    registrar = officer("registrar")
    order = {"authority": "人民法院", "paper": "(2022) 1", "document": a_document(registrar)}
    for things in frozen:
        register.freeze(actor=registrar, now=deal.opened_at, technology=things[0], **order)
    decided(deal, drain)
    first = others[0][2]
    act = {"now": deal.opened_at, "deal": deal.id, "part": first.id}
    deal_actions.propose_return(actor=officer("trading"), **act, reason="Frozen by a court.")
    actions.return_part(actor=officer("trading"), **act)
    drain()
    assert deals.deal(deal.id).status is Deal.PAID, "the other part is still to come"
    kept = dict(Title.objects.values_list("technology", "reserved_for"))
    assert {kept[thing] for thing in frozen[0]} == {""}
    assert "" not in {kept[thing] for thing in frozen[1]}
    in_order()
