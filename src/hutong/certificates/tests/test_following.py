"""What leads to certificates: a registration, a settlement; through the journal, as a venue works."""

from datetime import date
from fractions import Fraction

import pytest

from hutong.certificates import jobs, queries
from hutong.certificates.kinds import Kind
from hutong.certificates.rules import Status
from hutong.deals import queries as deals
from hutong.deals.rules import Status as DealStatus
from hutong.journal import queries as journal
from hutong.kit.actor import SYSTEM
from hutong.kit.ids import subject
from hutong.parties.testing import member_of, officer, verified_party
from hutong.rights import actions as register
from hutong.rights import queries as rights
from hutong.rights.acts import Mode
from hutong.rights.scope import Field, Scope, Term, Territory
from hutong.rights.testing import (
    a_document,
    licensed,
    pledged,
    registered_technologies,
    registered_technology,
)
from hutong.settlement.testing import settled_deal


@pytest.fixture
def working(settings, fonts, drain):
    settings.FONT_DIRECTORIES = fonts
    return drain


def verified(certificate, now):
    for form in ("pdf", "json"):
        report = queries.verify(queries.file(SYSTEM, certificate.number, form)[1], now=now)
        assert report.verified, report.failures()
    return report


def test_a_registered_right_is_certified(working, venue):
    university = verified_party("上海某大学", now=venue.now)
    institute = verified_party("上海某研究所", now=venue.now)
    shares = [(university.id, Fraction(2, 3)), (institute.id, Fraction(1, 3))]
    technology = registered_technology(university, holders=shares, now=venue.now)
    working()
    (certificate,) = queries.of_technology(technology.id)
    assert certificate.status is Status.RENDERED
    assert certificate.kind is Kind.RIGHTS_REGISTRATION
    assert set(certificate.parties) == {university.id, institute.id}
    (entry,) = rights.title(technology.id).chain
    said = verified(certificate, venue.now).content
    assert said["register"] == {
        "number": entry.number,
        "sequence": 1,
        "registered_on": entry.effective_on.isoformat(),
        "entry": "first_registration",
    }
    assert [(h["party"]["name_zh"], h["ownership"]) for h in said["holders"]] == [
        ("上海某大学", "2/3"),
        ("上海某研究所", "1/3"),
    ]
    assert list(queries.audit()) == []


def test_each_right_of_an_application_has_its_own_certificate(working, venue):
    university = verified_party("上海某大学", now=venue.now)
    technologies = registered_technologies(university, 3, now=venue.now)
    working()
    numbers = {queries.of_technology(t.id)[0].number for t in technologies}
    assert numbers == {f"SHTE-DEMO-DJ-2022-{n:06d}" for n in (1, 2, 3)}


def test_a_settled_deal_is_certified_and_closed(working, venue):
    deal, _ = settled_deal(now=venue.now)
    working()
    deal = deals.deal(deal.id)
    assert deal.status is DealStatus.CLOSED
    certificate = queries.certificate(deal.certificate)
    assert certificate.kind is Kind.TRANSACTION
    assert set(certificate.parties) == {deal.seller, deal.buyer}
    said = verified(certificate, venue.now).content
    assert said["deal"]["price_fen"] == deal.price_fen == 100_000_000
    assert said["deal"]["contract_digest"] == deal.contract_digest
    newest, first = [
        c for c in queries.of_technology(deal.technologies[0]) if c.kind is Kind.RIGHTS_REGISTRATION
    ]
    assert first.superseded_by == newest.number
    holders = verified(newest, venue.now).content["holders"]
    assert [h["party"]["id"] for h in holders] == [str(deal.buyer)]
    assert list(queries.audit()) == []


def test_what_comes_twice_acts_once(working, venue):
    deal, _ = settled_deal(now=venue.now)
    working()
    before = [queries.view(row) for row in queries.register().order_by("id")]
    settled = journal.latest_of(subject("deal", deal.id), "settlement.Settled")
    jobs.on_settled(settled)
    for certificate in before:
        issued = journal.latest_of(subject("certificate", certificate.id), "certificates.Issued")
        jobs.on_issued(issued)
    assert [queries.view(row) for row in queries.register().order_by("id")] == before


def test_the_people_of_the_parties_are_told(working, venue):
    university = verified_party("上海某大学", now=venue.now)
    technology = registered_technology(university, now=venue.now)
    working()
    (certificate,) = queries.of_technology(technology.id)
    told = journal.latest_of(subject("certificate", certificate.id), "notices.Notified")
    assert told.facts["notice_kind"] == "certificates.rendered"


def of_entry(entry):
    [certificate] = queries.by_subject(subject("right_entry", entry))
    return certificate


def test_every_entry_of_the_register_is_certified_and_later_ones_supersede(working, venue):
    owner = verified_party("上海某大学", now=venue.now)
    firm = verified_party("某企业", "enterprise", now=venue.now)
    bank = verified_party("某银行", "enterprise", now=venue.now)
    technology = registered_technology(owner, now=venue.now).id
    venue.later(days=20)
    scope = Scope(
        Territory.of(["310000"]),
        Field.of(),
        Term.of(venue.now.date(), date(2030, 12, 31)),
    )
    licence = licensed(technology, owner, firm, scope=scope, now=venue.now, mode=Mode.EXCLUSIVE)
    pledge = pledged(technology, owner, bank, now=venue.now)
    registrar = officer("registrar", now=venue.now)
    paper = {"authority": "某法院", "document": a_document(registrar, now=venue.now)}
    act = {"actor": registrar, "now": venue.now}
    freeze = register.freeze(**act, technology=technology, paper="2022执1号", **paper).id
    working()

    said = verified(of_entry(licence), venue.now).content
    assert of_entry(licence).kind is Kind.LICENCE
    assert said["grant"]["territory"] == ["上海市 Shanghai"]
    assert (said["grant"]["mode"], said["licensee"]["name_zh"]) == ("exclusive", "某企业")
    said = verified(of_entry(pledge), venue.now).content
    assert of_entry(pledge).kind is Kind.REGISTER_ENTRY
    assert (said["register"]["entry"], said["about"]["debt_fen"]) == ("pledge", 100_000_000)
    assert said["pledgee"]["name_zh"] == "某银行"
    said = verified(of_entry(freeze), venue.now).content
    assert said["about"] == {"authority": "某法院", "paper": "2022执1号"}

    lifted = register.lift(**act, freeze=freeze, paper="2022执2号", **paper).id
    released = register.release(actor=member_of(bank), now=venue.now, restriction=pledge)
    surrendered = register.surrender(actor=member_of(firm), now=venue.now, grant=licence)
    working()
    for before, after in (
        (freeze, lifted),
        (pledge, released.entries[0]),
        (licence, surrendered.entries[0]),
    ):
        assert of_entry(before).superseded_by == of_entry(after).number
        file = queries.file(SYSTEM, of_entry(before).number, "json")[1]
        report = queries.verify(file, now=venue.now)
        assert report.verified
        assert of_entry(after).number in report.steps[-1].sentence()
    first, *_ = [c for c in queries.of_technology(technology) if c.kind is Kind.RIGHTS_REGISTRATION]
    assert first.superseded_by == ""  # RR-5: who holds the right has not changed
    assert list(queries.audit()) == []
