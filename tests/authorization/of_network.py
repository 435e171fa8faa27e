"""
The venue in a network: what officers do there, and what its members have at other venues.

A venue that applied, a change that waits, one that an officer took up, an undertaking that another
accepts; a mirror with a listing; orders of a member in every stage, messages about them, and
statements of what is owed.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.test import Client

from hutong.deals.models import Deal, DealPart
from hutong.deals.parts import PartStatus
from hutong.kit.actor import SYSTEM, Actor
from hutong.kit.canonical import digest
from hutong.kit.event import Event
from hutong.kit.ids import new_id, subject
from hutong.kit.money import CNY
from hutong.network.clearing import actions as clearing
from hutong.network.clearing.models import ClearingStatement, Position
from hutong.network.clearing.rules import Difference, Statement, Status, What, line_of
from hutong.network.countersigning import actions as countersigning
from hutong.network.custody import testing as custody
from hutong.network.duplicates import testing as duplicates
from hutong.network.messages import actions as inbox
from hutong.network.messages import queries as messages
from hutong.network.messages.testing import Paper
from hutong.network.mirrors import actions as mirrors
from hutong.network.mirrors import jobs as mirroring
from hutong.network.mirrors.testing import Log, Logs
from hutong.network.mirrors.tests.histories import entered, listed
from hutong.network.procedures import actions as procedures
from hutong.network.projects import actions as leading
from hutong.network.projects.models import Contribution, Project
from hutong.network.projects.rules import ContributionStatus, ProjectStatus, Words
from hutong.network.sales.models import PartSale
from hutong.network.sales.rules import Status as SaleStatus
from hutong.network.trade import actions as trade
from hutong.network.trade import events
from hutong.network.trade.models import Order
from hutong.parties import testing as people
from hutong.settlement import queries as books
from hutong.settlement import testing as money
from hutong.venues import actions, queries
from hutong.venues.lists import Kind
from hutong.venues.testing import Story, join, paper_venue

HOME = "SZTE"
DEPOSIT, PRICE = 10_000, 90_000
CONTRACT = "技术转让合同\n\nTechnology transfer contract"
MESSAGE = "GET /network/messages/{direction}/{peer}/{message}"
STATEMENT = "POST /network/statements/{statement}"


def ids(
    *,
    administrator: Actor,
    member: Actor,
    owned: Sequence[UUID],
    bundle: UUID,
    certificate: str,
    now: datetime,
    later: datetime,
) -> dict[str, str]:
    """What the paths of `/network` and `/orders` name; by operation where others say it, too."""
    real_now = datetime.now(UTC)
    undertaking = actions.propose_joining(
        actor=administrator, now=now, url="https://szte.example", anchor="sha256:" + "0" * 64
    )
    story = join(HOME, "SDTE", "TJTE", now=now, at=real_now)
    application = actions.receive_application(
        actor=SYSTEM,
        now=now,
        real_now=real_now,
        told=story.application(paper_venue("HNTE"), at=real_now).as_json(),
    )
    waiting = story.change(Kind.SUSPEND, "SDTE", by=HOME, at=real_now)
    actions.take_change(actor=SYSTEM, now=now, real_now=real_now, told=waiting.as_json())
    taken_up = actions.propose(
        actor=administrator,
        now=now,
        real_now=real_now,
        kind=Kind.SUSPEND,
        venue=HOME,
        reason="silent",
    )
    listing, technology = _mirrored()
    order = orders(member, listing=listing, now=later)
    to_pay, entered, paid = statements(now=later)
    left_out, open_line = lines(now=later)
    suspicion = suspicions(story, now=later)
    moved = custody.moves(owned[:2], owner=member, clerk=administrator, peer=HOME, now=later)
    double = duplicates.found(owned[2], peer=HOME, now=later)
    decided = duplicates.proposed(owned[3], clerk=administrator, peer=HOME, now=later)
    countersigning.note_answer(
        actor=SYSTEM,
        now=later,
        number=certificate,
        venue=HOME,
        order=new_id(),
        given=False,
        refused="countersigning.log_differs",
        facts={},
    )
    joint = projects(member, bundle=bundle, now=later)
    message = messages.outgoing(to=HOME).order_by("-queued_at", "-id").first()
    assert message is not None, "of each order something was told"
    return {
        "undertaking": str(undertaking),
        "POST /my/custody/{move}/take-back": str(moved["wished"]),
        "POST /network/custody/{move}/take-up": str(moved["received"]),
        "POST /network/custody/{move}/offer": str(moved["proposed"]),
        "step": "take_up",
        "POST /network/custody/{move}/accept": str(moved["taken_up"]),
        "POST /network/custody/{move}/decline": str(moved["received"]),
        **joint,
        "claim": str(double),
        "POST /network/duplicates/{claim}/decide": str(decided),
        "POST /network/changes/{change}/take-up": waiting.digest,
        "POST /network/changes/{change}/approve": taken_up,
        "POST /network/changes/{change}/decline": taken_up,
        "POST /network/applications/{application}/decline": application,
        "venue": HOME,
        f"{MESSAGE} direction": "out",
        f"{MESSAGE} peer": HOME,
        f"{MESSAGE} message": str(message.id),
        "order": str(order["awarded"]),
        "bid": str(new_id()),
        "POST /orders/{order}/withdraw": str(order["qualified"]),
        f"{STATEMENT}/payment": str(to_pay),
        f"{STATEMENT}/payment/confirm": str(entered),
        f"{STATEMENT}/receipt": str(paid),
        "suspense_receipt": str(money.received("清算款 TT2", 7_000, now=later).id),
        "GET /network/statements/{statement}/lines": str(paid),
        "suspicion": str(suspicion),
        "POST /network/positions/{position}/aside": str(open_line),
        "POST /network/positions/{position}/taken-up": str(left_out),
        "mirrored listing": str(listing),
        "mirrored technology": str(technology),
        "signed list": story.told[-1].list.digest,
    }


def _mirrored() -> tuple[UUID, UUID]:
    """A listing and a technology of another venue, as our mirror of its log shows them."""
    log, listing, technology = Log(code=HOME), new_id(), new_id()
    entered(log, str(technology))
    listed(log, str(listing))
    log.sign()
    member = queries.find(HOME)
    assert member is not None
    member = replace(member, log_origin=log.origin, log_keys=(log.verifier.text(),))
    mirroring.follow(member, mirrors.begin(code=HOME, origin=log.origin), Logs(log))
    return listing, technology


def orders(member: Actor, *, listing: UUID, now: datetime) -> dict[str, UUID]:
    """Orders of a member, each as far as its name says; what the home venue says is told here."""
    made = {
        stage: _order(member, listing if stage == "asking" else new_id(), now)
        for stage in ("asking", "applied", "qualified", "awarded", "settled", "declined")
    }
    for stage, order in made.items():
        if stage != "asking":
            _hear([events.OrderApplied(order=order, intent=new_id())], order, now)
        if stage in ("qualified", "awarded", "settled"):
            _hear([events.OrderQualified(order=order, deposit_fen=DEPOSIT)], order, now)
        if stage in ("awarded", "settled"):
            _pay(subject("order", order), DEPOSIT, now)
            trade.send_guarantee(actor=SYSTEM, now=now, order=order)
            _hear([events.DepositGuaranteed(order=order, amount_fen=DEPOSIT)], order, now)
            _award(order, now)
    _hear([events.OrderDeclined(order=made["declined"], why="Late.")], made["declined"], now)
    _settle(made["settled"], now)
    return made


def _order(member: Actor, listing: UUID, now: datetime) -> UUID:
    """Opened without its credential: no worker renders one here."""
    row = Order.objects.create(
        id=new_id(),
        venue=HOME,
        listing=listing,
        title_zh="一种电池",
        party=member.acting_party(),
        opened_by=member.person,
        opened_at=now,
        changed_at=now,
    )
    return row.id


def _award(order: UUID, now: datetime) -> None:
    said = events.OrderAwarded(
        order=order,
        deal=new_id(),
        number="SZTE-CJ-2022-000001",
        price_fen=DEPOSIT + PRICE,
        contract_digest=digest(CONTRACT.encode()),
    )
    told = {"contract": CONTRACT, "contract_digest": said.contract_digest, "agreed_fen": 100_000}
    trade.take_word(actor=SYSTEM, now=now, order=order, event=said, told=told)


def _settle(order: UUID, now: datetime) -> None:
    signed = events.OrderSigned(order=order)
    called = events.GuaranteeCalled(order=order, applied=True, amount_fen=DEPOSIT)
    asked = events.PriceAsked(order=order, amount_fen=PRICE)
    _hear([signed, called, asked], order, now)
    _pay(subject("order_price", order), PRICE, now)
    trade.send_price(actor=SYSTEM, now=now, order=order)
    paid = events.PriceRemitted(order=order, amount_fen=PRICE)
    _hear([paid, events.OrderSettled(order=order, venue=HOME, certificates=())], order, now)


def _hear(said: Sequence[Event], order: UUID, now: datetime) -> None:
    for event in said:
        trade.take_word(actor=SYSTEM, now=now, order=order, event=event)


def _pay(about: str, amount_fen: int, now: datetime) -> None:
    money.received(books.payable_for(about).reference, amount_fen, now=now)


def projects(member: Actor, *, bundle: UUID, now: datetime) -> dict[str, str]:
    """A joint project led here with a part of the member's; a template published, one proposed."""
    office, boss = people.officer("listing"), people.officer("administrator")
    words = Words(title_zh="联合项目", title_en="Together", summary="", conditions="")
    made = leading.draft(
        actor=office, now=now, words=words, invited=[HOME], parts_by=now + timedelta(days=30)
    )
    leading.announce(actor=people.officer("listing"), now=now, project=made.id)
    part = Contribution.objects.create(
        invitation_id=made.id,
        seller=member.acting_party(),
        bundle=bundle,
        technologies=1,
        asked_fen=100,
        mandated_by=member.person,
        mandated_at=now,
    )
    sold, deal = sale(made.id, member, bundle=bundle, now=now)
    # Of another project, composed: its part is led by the member, who alone may offer the whole.
    ready = Project.objects.create(
        number="composed",
        title_zh="联合项目",
        status=ProjectStatus.COMPOSED.value,
        parts_by=now,
        drafted_at=now,
        lead_part=part.id,
    )
    given = {"actor": boss, "now": now, "name_zh": "流程", "name_en": "", "note": ""}
    out = procedures.propose(**given, parts=["rights"])
    procedures.publish(actor=people.officer("administrator"), now=now, procedure=out.id)
    proposed = procedures.propose(**given, parts=["desk"])
    adoption = "POST /network/procedures/{venue}/{template}/adoption"
    return {
        "project": str(made.id),
        "POST /projects/{project}/listing": str(ready.id),
        "part": str(part.id),
        **{f"{way} part": str(sold) for way in OF_SALES},
        **{f"{way} deal": str(deal) for way in OF_SALES},
        "procedure": str(proposed.id),
        "template": str(out.template),
        f"{adoption} venue": queries.my_code(),
        "GET /network/projects/{venue}/{project} venue": queries.my_code(),
        "GET /network/procedures/{venue}/{template} venue": queries.my_code(),
    }


# Of a part that was sold, and of its place in the lead venue's deal.
OF_SALES = (
    "GET /project-parts/{part}/sale",
    "GET /project-parts/{part}/contract",
    "POST /project-parts/{part}/acceptance",
    "POST /project-parts/{part}/sale/ending",
    "POST /project-parts/{part}/sale/ending/confirmation",
    "POST /project-parts/{part}/sale/ending/dismissal",
    "POST /deals/{deal}/parts/{part}/asking",
    "POST /deals/{deal}/parts/{part}/log",
    "POST /deals/{deal}/parts/{part}/return",
    "POST /deals/{deal}/parts/{part}/return/confirmation",
)


def sale(project: UUID, member: Actor, *, bundle: UUID, now: datetime) -> tuple[UUID, UUID]:
    """A part of the member's, sold in a deal: its sale at its home venue, its place in the deal."""
    deal = Deal.objects.order_by("pk").first()
    assert deal is not None, "deals were made before"
    part = Contribution.objects.create(
        invitation_id=project,
        seller=member.acting_party(),
        bundle=bundle,
        technologies=1,
        asked_fen=100,
        mandated_by=member.person,
        mandated_at=now,
        status=ContributionStatus.SOLD.value,
    )
    PartSale.objects.create(
        part=part,
        deal=deal.id,
        lead=queries.my_code(),
        number=deal.number,
        buyer=deal.buyer,
        price_fen=200,
        amount_fen=100,
        contract="合同",
        contract_digest=digest("合同".encode()),
        sign_by=now,
        status=SaleStatus.MOVED.value,
        accepted_by=member.person,
        accepted_at=now,
        rulebook_version=1,
        awarded_at=now,
        changed_at=now,
    )
    DealPart.objects.create(
        id=part.id,
        deal=deal,
        venue=queries.my_code(),
        bundle=bundle,
        technologies=1,
        numerator=1,
        denominator=2,
        amount_fen=100,
        status=PartStatus.ENDED.value,
        changed_at=now,
    )
    return part.id, deal.id


def statements(*, now: datetime) -> tuple[int, int, int]:
    """One that we pay, one whose payment was entered, and one that the other venue paid."""
    _owe("SDTE", 5_000, now)
    _owe("TJTE", -7_000, now)
    to_pay, entered, paid = (_agreed(venue, now) for venue in (HOME, "SDTE", "TJTE"))
    clearing.enter_payment(
        actor=people.officer("settlement"), now=now, statement=entered, bank_reference="TT1"
    )
    digest_of = ClearingStatement.objects.get(id=paid).digest
    clearing.note_paid(actor=SYSTEM, now=now, venue="TJTE", digest=digest_of, bank_reference="TT2")
    return to_pay, entered, paid


def lines(*, now: datetime) -> tuple[int, int]:
    """Of a statement that is disputed: the line that was left out, and the other."""
    _owe("TJTE", -100, now)
    _owe("TJTE", -200, now)
    open_ = Position.objects.filter(venue="TJTE", statement=None).order_by("-owed_fen")
    left_out, other = open_
    clearing.strike(actor=SYSTEM, now=now, venue="TJTE", currency=CNY)
    clearing.take_judgement(
        actor=SYSTEM,
        now=now,
        venue="TJTE",
        digest=ClearingStatement.objects.get(venue="TJTE", number=2).digest,
        differences=[Difference(left_out.key, 100, None)],
    )
    boss = people.officer("settlement")
    clearing.set_aside(actor=boss, now=now, position=left_out.id, why="正在核对")
    return left_out.id, other.id


def suspicions(story: Story, *, now: datetime) -> int:
    """Two messages of a venue that contradict a third: one was looked at, the other is returned."""
    paper = Paper(story.known["SDTE"])
    for word in ("one", "another", "a third"):
        message = paper.message("network.ping", {"ping": word}, sequence=0)
        headers = paper.request(message).headers
        Client().post(
            "/network/inbox",
            data=message.raw,
            content_type="application/json",
            headers={name: said for name, said in headers.items() if name != "content-type"},
        )
    looked_at, open_ = messages.open_suspicions()
    inbox.conclude_suspicion(
        actor=people.officer("administrator"), now=now, suspicion=looked_at.id, finding="已查明"
    )
    return open_.id


def _owe(venue: str, owed_fen: int, now: datetime) -> None:
    clearing.note_position(
        actor=SYSTEM,
        now=now,
        venue=venue,
        order=new_id(),
        what=What.DEPOSIT,
        owed_fen=owed_fen,
        currency=CNY,
    )


def _agreed(venue: str, now: datetime) -> int:
    """All that is open between a venue and us, in a statement that both agree on."""
    if clearing.is_proposer(venue):
        clearing.strike(actor=SYSTEM, now=now, venue=venue, currency=CNY)
        [digest_of] = ClearingStatement.objects.filter(venue=venue).values_list("digest", flat=True)
        clearing.take_judgement(
            actor=SYSTEM, now=now, venue=venue, digest=digest_of, differences=[]
        )
    else:
        us = queries.my_code()
        open_ = Position.objects.filter(venue=venue, statement=None).order_by("key")
        struck = Statement(
            first=venue,
            second=us,
            number=1,
            previous=None,
            currency=CNY,
            lines=tuple(line_of(one.key, one.owed_fen, us=us, them=venue) for one in open_),
        )
        clearing.judge(actor=SYSTEM, now=now, venue=venue, statement=struck)
    row = ClearingStatement.objects.get(venue=venue)
    assert row.status == Status.AGREED.value, row.differences
    return row.id
