"""At a part's home venue: the seller accepts, the lead venue stands for the price, and right and money
move together or not at all (NE-3, DL-2, SE-5)."""

import threading
import time
from datetime import timedelta
from fractions import Fraction

import pytest
from django.db import connection, connections, transaction

from beginnings import beginning
from hutong.kit.actor import SYSTEM
from hutong.kit.canonical import canonical, digest
from hutong.kit.ids import new_id, subject
from hutong.kit.moments import iso, local_date
from hutong.kit.money import CNY
from hutong.kit.refusal import CommonRefusal
from hutong.listings.joint import contents_of
from hutong.network.bodies import LONGEST_CONTRACT
from hutong.network.bodies import Refusal as Network
from hutong.network.clearing.models import Position
from hutong.network.messages.models import Outgoing
from hutong.network.messages.rules import MAX_BYTES
from hutong.network.messages.testing import Paper
from hutong.network.projects import actions as projects
from hutong.network.projects import answering as joining
from hutong.network.projects import queries as joined_projects
from hutong.network.projects.rules import ContributionStatus
from hutong.network.projects.rules import Refusal as Projects
from hutong.network.projects.tests.projecting import WORDS, added, refusal
from hutong.network.projects.tests.test_joining import invited, project
from hutong.network.recognition import credentials
from hutong.network.sales import actions, queries
from hutong.network.sales.answering import KINDS
from hutong.network.sales.rules import Refusal, Status
from hutong.network.sales.tests.selling import in_order, of_two_sellers_here
from hutong.network.trade.rules import Refusal as Trade
from hutong.parties.testing import member_of, officer, verified_party
from hutong.rights import actions as register
from hutong.rights import queries as rights
from hutong.rights import rules as rights_rules
from hutong.rights.models import Title
from hutong.rights.refusals import Refusal as Rights
from hutong.rights.testing import a_document, outside_step
from hutong.settlement import actions as settlement
from hutong.settlement import queries as money
from hutong.technologies import queries as technologies
from hutong.venues import queries as venues

__all__ = ["invited", "project"]
CONTRACT = "# 合同 · A contract"
AMOUNT = 6_000_000


class Lead:
    """SZTE leads; one of our own members buys there, through us."""

    def __init__(self, venue, paper, project):
        self.venue, self.paper, self.project = venue, paper, project
        self.now = venue.now + timedelta(days=17)  # its rights are registered by then
        self.seller, self.bundle, self.part = added(venue, project, asked_fen=3_000_000)
        venue.drain()
        projects.note_answer(actor=officer("listing"), now=venue.now, part=self.part.id, why={})
        told = {
            "project": str(project),
            "listing": str(new_id()),
            "number": "SZTE-L-1",
            "shares": {str(self.part.id): "3/4"},
        }
        joining.on_listed(paper.message("projects.listed", told), venue.now)
        self.buyer, self.deal = verified_party("某科技公司", kind="enterprise"), new_id()

    def award(self, **changed):
        return {
            "project": str(self.project),
            "part": str(self.part.id),
            "deal": str(self.deal),
            "number": "SZTE-D2022-00001",
            "price_fen": 8_000_001,
            "amount_fen": AMOUNT,
            "currency": CNY,
            "contents": contents_of(technologies.technology(self.bundle.id).parts),
            "contract": CONTRACT,
            "contract_digest": digest(CONTRACT.encode()),
            "sign_by": iso(self.now + timedelta(days=10)),
            "buyer": {"home": venues.my_code(), "id": str(self.buyer.id), "credential": None},
            **changed,
        }

    def says(self, kind, **body):
        told = {"project": str(self.project), "part": str(self.part.id), **body}
        told = {"deal": str(self.deal), "amount_fen": AMOUNT, **told}
        said = KINDS[kind].handle(self.paper.message(kind, told), self.now)
        self.venue.drain()
        return said

    def awards(self, **changed):
        return self.says("sales.award", **self.award(**changed))

    def accepted(self):
        return actions.accept_contract(
            actor=member_of(self.seller),
            now=self.now,
            part=self.part.id,
            text_digest=digest(CONTRACT.encode()),
        )

    @property
    def status(self):
        return queries.of_part(self.part.id).status

    @property
    def rights(self):
        return technologies.technology(self.bundle.id).parts

    def assured(self):
        self.awards()
        self.accepted()
        self.says("sales.assure", currency=CNY)

    def heard(self):
        rows = Outgoing.objects.filter(to="SZTE", kind__startswith="sales.")
        return list(rows.order_by("sequence").values_list("kind", flat=True))


@beginning
def lead(venue, joined, project):
    return Lead(venue, Paper(joined.known["SZTE"]), project)


def another_lead(venue, joined):
    """SDTE leads another project, with a part of another seller of ours."""
    paper, id = Paper(joined.known["SDTE"]), new_id()
    body = {"project": str(id), "number": "SDTE-JP-2022-0001", **WORDS.facts()}
    body |= {"parts_by": iso(venue.now + timedelta(days=20))}
    joining.on_invite(paper.message("projects.invite", body), venue.now)
    for act in (projects.accept_invitation, projects.confirm_invitation):
        act(actor=officer("listing"), now=venue.now, project=id)
    return Lead(venue, paper, id)


# Of the locks as they are now: what is said of activity stays the same within a transaction.
WAITS = """SELECT EXISTS (SELECT FROM pg_locks
           WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid)))"""


def kept_for(deal):
    return Title.objects.filter(reserved_for=subject("deal", deal)).count()


WRONG = {
    "another share": ({"amount_fen": AMOUNT - 1}, Refusal.OTHER_SHARE),
    "less than asked": ({"price_fen": 3_000_000, "amount_fen": 2_250_000}, Refusal.BELOW_ASKED),
    "other rights": ({"contents": "sha256:" + "0" * 64}, Refusal.OTHER_CONTENTS),
    "another text": ({"contract": "# Something else"}, Refusal.OTHER_CONTRACT),
    "another currency": ({"currency": "JPY"}, Refusal.OTHER_CURRENCY),
}


@pytest.mark.django_db
@pytest.mark.parametrize("what", WRONG)
def test_a_contract_that_is_not_as_told_before_is_refused(lead, what):
    changed, why = WRONG[what]
    assert refusal(lambda: lead.awards(**changed)) is why
    assert queries.of_part(lead.part.id) is None


@pytest.mark.django_db
def test_the_seller_accepts_at_home_and_its_rights_are_bound_for_the_buyer(lead):
    lead.awards()
    lead.awards()  # told twice
    other = member_of(verified_party("别的公司", kind="enterprise"))
    asked = {"now": lead.now, "part": lead.part.id, "text_digest": digest(b"")}
    stranger = refusal(lambda: actions.accept_contract(actor=other, **asked))
    assert stranger is CommonRefusal.NOT_FOUND
    mine = member_of(lead.seller)
    assert refusal(lambda: actions.accept_contract(actor=mine, **asked)) is Refusal.OTHER_CONTRACT
    lead.accepted()
    assert lead.heard() == ["sales.accept"]
    bound = rights.disposals_of_deal(lead.deal)
    assert {one.taker for one in bound} == {lead.buyer.id}
    assert len(bound) == 2
    withdraw = refusal(
        lambda: projects.withdraw_part(
            actor=officer("listing"), now=lead.now, part=lead.part.id, reason="Late."
        )
    )
    assert withdraw is Projects.PART_OUT_OF_STATE
    in_order()


@pytest.mark.django_db
def test_right_and_money_move_in_one_step_when_the_lead_venue_says_so(lead):
    lead.awards()
    assert refusal(lambda: lead.says("sales.assure", currency=CNY)) is Refusal.OUT_OF_STATE
    lead.accepted()
    lead.says("sales.assure", currency=CNY)
    lead.says("sales.assure", currency=CNY)
    assert lead.heard() == ["sales.accept", "sales.ready"]
    assert settlement.exposure_fen("SZTE", CNY) == AMOUNT
    in_order()
    other = refusal(lambda: lead.says("sales.move", amount_fen=AMOUNT + 1))
    assert other is Refusal.UNKNOWN_PART
    for _ in range(2):  # told twice, it moved once
        assert lead.says("sales.move") == {"entries": 2}
    assert lead.status is Status.MOVED
    assert joined_projects.contribution(lead.part.id).status is ContributionStatus.SOLD
    for right in technologies.technology(lead.bundle.id).parts:
        assert dict(rights.title(right).ownership.items()) == {lead.buyer.id: Fraction(1)}
    sale = queries.of_part(lead.part.id)
    fee = money.fee_of(AMOUNT, sale.rulebook_version).seller_fen
    assert money.account_of(lead.seller.id).available_fen == AMOUNT - fee
    assert settlement.exposure_fen("SZTE", CNY) == AMOUNT, "what was held for us is owed now"
    [position] = Position.objects.all()
    assert (position.key, position.owed_fen) == (f"{lead.part.id}:part", -AMOUNT)
    assert refusal(lambda: lead.says("sales.end")) is Refusal.OUT_OF_STATE
    in_order()


@pytest.mark.django_db
def test_a_right_that_is_frozen_meanwhile_keeps_the_part_as_it_was_until_asked_again(lead):
    lead.assured()
    right = sorted(technologies.technology(lead.bundle.id).parts)[-1]  # the last to be entered
    registrar, order = officer("registrar"), {"authority": "人民法院", "paper": "(2022) 1"}
    order |= {"document": a_document(registrar), "now": lead.now}
    freeze = register.freeze(actor=registrar, technology=right, **order)
    assert refusal(lambda: lead.says("sales.move")) is Rights.FROZEN
    assert lead.status is Status.READY
    assert not Position.objects.exists()
    for one in technologies.technology(lead.bundle.id).parts:
        assert set(rights.title(one).ownership) == {lead.seller.id}, "all of it moves, or none"
    in_order()
    register.lift(actor=registrar, freeze=freeze.id, **order)
    lead.says("sales.move")
    assert lead.status is Status.MOVED
    in_order()


@pytest.mark.django_db
def test_a_part_can_move_when_the_last_office_has_entered_its_transfer(lead, monkeypatch):
    everything = frozenset({*rights_rules.STATUTORY, "know_how"})
    monkeypatch.setattr(rights_rules, "STATUTORY", everything)
    lead.assured()
    assert (lead.status, lead.heard()) == (Status.ASSURED, ["sales.accept"])
    assert refusal(lambda: lead.says("sales.move")) is Refusal.OUT_OF_STATE
    first, last = queries.of_part(lead.part.id).entries
    outside_step(first, now=lead.now, effective_on=local_date(lead.now))
    lead.venue.drain()
    assert lead.status is Status.ASSURED
    outside_step(last, now=lead.now, effective_on=local_date(lead.now))
    lead.venue.drain()
    assert (lead.status, lead.heard()) == (Status.READY, ["sales.accept", "sales.ready"])
    assert lead.says("sales.move") == {"entries": 2}
    in_order()


def test_the_last_offices_entry_is_seen_though_the_price_is_assured_in_that_moment(
    own_database, lead, monkeypatch
):
    everything = frozenset({*rights_rules.STATUTORY, "know_how"})
    monkeypatch.setattr(rights_rules, "STATUTORY", everything)
    lead.awards()
    lead.accepted()
    entries = queries.of_part(lead.part.id).entries

    def office():
        try:
            for entry in entries:
                outside_step(entry, now=lead.now, effective_on=local_date(lead.now))
            actions.note_step(actor=SYSTEM, now=lead.now, entry=entries[-1])
        finally:
            connections.close_all()

    entering = threading.Thread(target=office)
    told = {"part": lead.part.id, "deal": lead.deal, "amount_fen": AMOUNT, "currency": CNY}
    with transaction.atomic(), connection.cursor() as cursor:
        actions.take_assurance(actor=SYSTEM, now=lead.now, lead="SZTE", **told)
        assert lead.status is Status.ASSURED, "when it was looked at, an entry was missing"
        entering.start()
        waits, until = False, time.monotonic() + 20
        while entering.is_alive() and not waits and time.monotonic() < until:
            cursor.execute(WAITS)
            waits = cursor.fetchone()[0]
            time.sleep(0.02)
    entering.join()
    assert (lead.status, lead.heard()) == (Status.READY, ["sales.accept", "sales.ready"])


@pytest.mark.django_db
def test_a_sale_that_ends_frees_the_rights_and_what_the_lead_venue_stood_for(lead):
    lead.assured()
    for _ in range(2):
        lead.says("sales.end")
    assert lead.status is Status.ENDED
    assert joined_projects.contribution(lead.part.id).status is ContributionStatus.RELEASED
    assert settlement.exposure_fen("SZTE", CNY) == 0
    assert rights.disposals_of_deal(lead.deal) == []
    assert refusal(lambda: lead.says("sales.move")) is Refusal.OUT_OF_STATE
    in_order()


@pytest.mark.django_db
def test_a_lead_venue_stands_for_no_more_than_was_agreed_with_it(lead, monkeypatch):
    from hutong.rulebook import queries as rulebook

    lead.awards()
    lead.accepted()
    limits = type(rulebook.in_force(lead.now).rules.network)
    monkeypatch.setattr(limits, "limit_fen", lambda self, venue, currency: AMOUNT - 1)
    assert refusal(lambda: lead.says("sales.assure", currency=CNY)) is Trade.LIMIT_REACHED
    assert lead.status is Status.SIGNED
    monkeypatch.setattr(limits, "limit_fen", lambda self, venue, currency: AMOUNT)
    lead.says("sales.assure", currency=CNY)
    assert lead.status is Status.READY
    in_order()


@pytest.mark.django_db
def test_a_contract_sent_again_after_the_sale_ended_is_refused(lead):
    lead.awards()
    lead.says("sales.end")
    assert refusal(lead.awards) is Refusal.OUT_OF_STATE
    assert refusal(lambda: lead.awards(deal=str(new_id()))) is Refusal.UNKNOWN_PART
    assert lead.status is Status.ENDED
    in_order()


@pytest.mark.django_db
def test_a_second_deal_over_a_part_that_is_being_sold_is_refused(lead):
    lead.awards()
    assert refusal(lambda: lead.awards(deal=str(new_id()))) is Refusal.UNKNOWN_PART
    assert (lead.status, queries.of_part(lead.part.id).deal) == (Status.AWARDED, lead.deal)


@pytest.mark.django_db
def test_a_lead_venue_that_names_a_deal_of_ours_lets_nothing_of_it_go(lead, venue, drain):
    own, _, other, part = of_two_sellers_here(venue, drain)
    before = kept_for(own.id)
    assert before
    lead.deal = own.id
    assert refusal(lead.awards) is Refusal.OTHERS_DEAL
    lead.says("sales.end")
    assert kept_for(own.id) == before
    actions.accept_contract(
        actor=member_of(other), now=own.opened_at, part=part.id, text_digest=own.contract_digest
    )
    in_order()


@pytest.mark.django_db
def test_a_deal_of_which_a_part_has_moved_gets_no_part_more(lead, venue, drain):
    lead.assured()
    lead.says("sales.move")
    more = Lead(venue, lead.paper, lead.project)
    more.deal = lead.deal
    assert refusal(more.awards) is Refusal.OTHERS_DEAL


@pytest.mark.django_db
def test_two_lead_venues_that_name_one_deal_keep_to_their_own_parts(lead, venue, joined, drain):
    lead.assured()
    other = another_lead(venue, joined)
    other.deal = lead.deal
    assert refusal(other.awards) is Refusal.OTHERS_DEAL
    kept = {one: Title.objects.get(technology=one).reserved_for for one in lead.rights}
    assert set(kept.values()) == {subject("project_part", lead.part.id)}
    lead.says("sales.end")
    other.awards()  # the id is nobody else's any more
    other.accepted()
    assert refusal(lead.awards) is Refusal.OUT_OF_STATE
    lead.says("sales.end")
    assert other.status is Status.SIGNED
    bound = [one for one in rights.disposals_of_deal(lead.deal) if one.status == "prepared"]
    assert {one.technology for one in bound} == set(other.rights)
    in_order()


@pytest.mark.django_db
def test_a_part_withdrawn_before_its_seller_accepts_is_not_sold(lead):
    lead.awards()
    projects.withdraw_part(
        actor=officer("listing"), now=lead.now, part=lead.part.id, reason="A court's order."
    )
    lead.venue.drain()
    assert lead.status is Status.ENDED
    assert refusal(lead.accepted) is Refusal.OUT_OF_STATE
    in_order()


@pytest.mark.django_db
def test_a_contract_over_more_than_a_thousand_patents_is_taken_whole(lead):
    long = "x" * LONGEST_CONTRACT
    beyond = {"contract": long + "x", "contract_digest": digest(long.encode())}
    assert refusal(lambda: lead.awards(**beyond)) is Network.BODY_UNFIT
    award = lead.award(contract=long, contract_digest=digest(long.encode()))
    assert len(canonical(award)) + credentials.MAX_BYTES < MAX_BYTES, "it fits into a message"
    lead.says("sales.award", **award)
    assert queries.contract_text(lead.part.id) == long
