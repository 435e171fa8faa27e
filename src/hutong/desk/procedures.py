"""
Every kind of procedure the desk knows, as lines of lists and as things to be found: which rows an
officer may see, by what words a row is found, how it is drawn.

One table: the list of all procedures, the search across cases, and the supervisor's pages read it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import (
    BigIntegerField,
    Case,
    DateTimeField,
    F,
    Q,
    QuerySet,
    TextField,
    UUIDField,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Concat, NullIf
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from hutong.auctions import queries as auctions
from hutong.deals import queries as deals
from hutong.kit.actor import Actor
from hutong.kit.ids import subject_id, subject_kind
from hutong.kit.money import with_unit
from hutong.listings.queries.office import intents_of_office, listings_of_office
from hutong.rights.queries.office import disposals_of_office, with_first_technology
from hutong.settlement import queries as settlement
from hutong.ui.templatetags.ui import lang

SUPERVISE = "supervise.read"
BOOKS = ("settlement.record_receipt", "settlement.approve_payout", "settlement.settle", SUPERVISE)


PAGES = {
    "right_application": "/desk/rights/",
    "right_entry": "/desk/transfers/",
    "listing": "/desk/listings/",
    "intent": "/desk/intents/",
    "lot": "/desk/lots/",
    "deal": "/desk/deals/",
    "receipt": "/desk/receipts/",
    "payout": "/desk/payouts/",
}
COLUMNS: Mapping[str, Any] = {
    "subject": TextField(),
    "number": TextField(),
    "title_zh": TextField(),
    "title_en": TextField(),
    "amount_fen": BigIntegerField(),
    "currency": TextField(),
    "state": TextField(),
    "since": DateTimeField(),
    "about": UUIDField(),
    "giver": UUIDField(),
    "taker": UUIDField(),
}
NOTHING = {
    **dict.fromkeys(("number", "title_zh", "title_en", "currency"), Value("")),
    **dict.fromkeys(("amount_fen", "since", "about", "giver", "taker"), Value(None)),
    "state": "status",
}


@dataclass(frozen=True, kw_only=True)
class Line:
    """One procedure as a line. `about`: the technology and `parties`: whose names are wanted."""

    subject: str
    href: str
    lifecycle: str
    state: str
    since: datetime | None
    number: str = ""
    title: str = ""
    about: UUID | None = None
    parties: Sequence[UUID] = ()


@dataclass(frozen=True)
class Asked:
    """What is searched for: the words, and the parties and technologies they lead to."""

    text: str
    parties: Sequence[UUID] = ()
    technologies: Sequence[UUID] = ()


@dataclass(frozen=True, kw_only=True)
class Found:
    """By what a row is found: columns that hold the words, that are a party, that are technologies."""

    words: Sequence[str] = ()
    exactly: Sequence[str] = ()
    unspaced: Sequence[str] = ()  # what people write in groups
    parties: Sequence[str] = ()
    technologies: Sequence[str] = ()

    def by(self, asked: Asked) -> Q:
        found = Q(pk__in=())
        for column in self.words:
            found |= Q(**{f"{column}__icontains": asked.text})
        for column in self.exactly:
            found |= Q(**{f"{column}__iexact": asked.text})
        for column in self.unspaced:
            found |= Q(**{f"{column}__icontains": asked.text.replace(" ", "")})
        for column in self.parties:
            found |= Q(**{f"{column}__in": asked.parties})
        for column in self.technologies:
            found |= Q(**{column: list(asked.technologies)})
        return found


@dataclass(frozen=True, kw_only=True)
class Procedure:
    code: str
    name: str | Promise
    lifecycle: str
    rows: Callable[[Actor], QuerySet[Any]]
    columns: Mapping[str, Any]  # what its lines say: columns of its rows, or expressions
    found: Found
    since: str  # the column that orders them, newest first
    powers: tuple[str, ...] = ()  # any of; none: every office
    state: str = "status"

    @property
    def key(self) -> tuple[str, str]:
        return f"-{self.since}", "-id"

    def open_to(self, actor: Actor) -> bool:
        return not self.powers or any(actor.has(power) for power in self.powers)

    def drawn(self, actor: Actor) -> QuerySet[Any]:
        """Its rows with what their lines say."""
        said = {**NOTHING, **self.columns}
        columns = {
            f"line_{name}": Cast(F(said[name]) if isinstance(said[name], str) else said[name], kind)
            for name, kind in COLUMNS.items()
        }
        return self.rows(actor).annotate(**columns)

    def lines(self, rows: Iterable[Any]) -> list[Line]:
        """The lines of rows that were drawn."""
        return [self._line(*(getattr(row, f"line_{name}") for name in COLUMNS)) for row in rows]

    def _line(
        self,
        of: str,
        number: str,
        title_zh: str,
        title_en: str,
        amount_fen: int | None,
        currency: str,
        state: str,
        since: datetime | None,
        about: UUID | None,
        giver: UUID | None,
        taker: UUID | None,
    ) -> Line:
        amount = "" if amount_fen is None else with_unit(amount_fen, currency)
        page = PAGES.get(subject_kind(of))
        return Line(
            subject=of,
            href=f"{page}{subject_id(of)}" if page else "",
            lifecycle=self.lifecycle,
            state=state,
            since=since,
            number=number,
            title=f"{amount} {lang(title_zh, title_en)}".strip(),
            about=about,
            parties=[party for party in (giver, taker) if party],
        )


def _subject(kind: str) -> Concat:
    return Concat(Value(f"{kind}:"), Cast("pk", TextField()))


def _if_any(column: str, otherwise: Any) -> Coalesce:
    return Coalesce(NullIf(Cast(column, TextField()), Value("")), otherwise)


AMOUNT = {"amount_fen": "amount_fen", "currency": "currency"}
ON_ITS_WAY = Case(
    When(suspended_at__isnull=False, then=Value("suspended")), default=Value("announced")
)
PROCEDURES: Mapping[str, Procedure] = {
    one.code: one
    for one in (
        Procedure(
            code="registrations",
            name=_("Registrations of rights"),
            lifecycle="rights",
            powers=("rights.examine", "rights.decide_objection", SUPERVISE),
            rows=with_first_technology,
            columns={
                "subject": _subject("right_application"),
                "number": "number",
                "since": Coalesce("submitted_at", "drafted_at"),
                "about": "first",
                "giver": "applicant",
            },
            since="drafted_at",
            found=Found(
                words=("number",), parties=("applicant",), technologies=("items__technology__in",)
            ),
        ),
        Procedure(
            code="listings",
            name=_("Listings"),
            lifecycle="listing",
            powers=("listings.examine", "listings.qualify", SUPERVISE),
            rows=lambda actor: listings_of_office(actor).prefetch_related(None),
            columns={
                "subject": _subject("listing"),
                "number": "number",
                "title_zh": "title_zh",
                "title_en": "title_en",
                "state": _if_any("ending", "status"),
                "since": Coalesce("submitted_at", "drafted_at"),
                "giver": "seller",
            },
            since="drafted_at",
            found=Found(
                words=(
                    "number",
                    "title_zh",
                    "title_en",
                ),
                parties=("seller",),
                technologies=("offered__technology__in",),
            ),
        ),
        Procedure(
            code="intents",
            name=_("Intents of buyers"),
            lifecycle="intent",
            powers=("listings.qualify", SUPERVISE),
            rows=intents_of_office,
            columns={
                "subject": _subject("intent"),
                "number": "listing__number",
                "since": "applied_at",
                "giver": "party",
            },
            since="applied_at",
            found=Found(words=("listing__number",), parties=("party",)),
        ),
        Procedure(
            code="auctions",
            name=_("Auctions"),
            lifecycle="lot",
            rows=lambda actor: auctions.lots(),
            columns={
                "subject": _subject("lot"),
                "title_zh": "title_zh",
                "title_en": "title_en",
                "state": _if_any("outcome", ON_ITS_WAY),
                "since": "announced_opens_at",
                "giver": "seller",
            },
            since="announced_opens_at",
            state="outcome",
            found=Found(
                words=(
                    "title_zh",
                    "title_en",
                ),
                parties=("seller",),
            ),
        ),
        Procedure(
            code="deals",
            name=_("Deals"),
            lifecycle="deal",
            rows=lambda actor: deals.rows_seen_by(actor).prefetch_related(None),
            columns={
                "subject": _subject("deal"),
                "number": "number",
                "since": "changed_at",
                "about": "technologies__0",
                "giver": "seller",
                "taker": "buyer",
            },
            since="opened_at",
            found=Found(
                words=("number",),
                parties=(
                    "seller",
                    "buyer",
                ),
                technologies=("technologies__overlap",),
            ),
        ),
        Procedure(
            code="transfers",
            name=_("Steps at the office"),
            lifecycle="transfer",
            powers=("rights.record_outside_step", SUPERVISE),
            rows=disposals_of_office,
            columns={
                "subject": _subject("right_entry"),
                "since": "prepared_at",
                "about": "technology",
                "giver": "giver",
                "taker": "taker",
            },
            since="prepared_at",
            found=Found(
                exactly=("office_number",),
                parties=(
                    "giver",
                    "taker",
                ),
                technologies=("technology__in",),
            ),
        ),
        Procedure(
            code="payables",
            name=_("Payment requests"),
            lifecycle="payable",
            powers=BOOKS,
            rows=settlement.payables_seen_by,
            columns={
                "subject": "subject",
                "number": "reference",
                **AMOUNT,
                "since": "issued_at",
                "giver": "payer",
            },
            since="issued_at",
            found=Found(unspaced=("reference",), parties=("payer",)),
        ),
        Procedure(
            code="receipts",
            name=_("Money in"),
            lifecycle="receipt",
            powers=BOOKS,
            rows=settlement.receipts_seen_by,
            columns={
                "subject": _subject("receipt"),
                "number": "bank_reference",
                "title_zh": _if_any("payer_name", "text"),
                **AMOUNT,
                "since": "recorded_at",
            },
            since="recorded_at",
            found=Found(
                words=(
                    "bank_reference",
                    "text",
                    "payer_name",
                )
            ),
        ),
        Procedure(
            code="payouts",
            name=_("Payouts"),
            lifecycle="payout",
            powers=BOOKS,
            rows=settlement.payouts_seen_by,
            columns={
                "subject": _subject("payout"),
                "title_zh": "holder",
                **AMOUNT,
                "since": "requested_at",
                "giver": "party",
            },
            since="requested_at",
            found=Found(
                words=(
                    "holder",
                    "bank_reference",
                ),
                parties=("party",),
            ),
        ),
    )
}


def find(actor: Actor, asked: Asked, *, each: int) -> list[tuple[Procedure, list[Line]]]:
    """Of each kind the newest that fit, all kinds in one query."""
    kinds = {kind.code: kind for kind in open_to(actor)}
    parts = [
        kind.drawn(actor)
        .filter(pk__in=kind.rows(actor).filter(kind.found.by(asked)).values("pk"))
        .order_by(*kind.key)
        .values_list(Value(kind.code), *(f"line_{name}" for name in COLUMNS))[:each]
        for kind in kinds.values()
    ]
    found: dict[str, list[Line]] = {code: [] for code in kinds}
    if parts:
        first, *others = parts
        for code, *said in first.union(*others, all=True):
            found[code].append(kinds[code]._line(*said))
    return [(kinds[code], lines) for code, lines in found.items()]


def open_to(actor: Actor) -> list[Procedure]:
    return [procedure for procedure in PROCEDURES.values() if procedure.open_to(actor)]
