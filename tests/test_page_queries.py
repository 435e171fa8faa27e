"""
A page asks the database at most twelve times, however much there is, whoever reads and whatever state
the thing is in: the reader's session, person, offices, mandates and unread notices among the twelve.

Every address of the public's, members', officers' and screens' pages is found by itself, and asked for
with a thing of every state there is: a new page needs no line here unless its address says what it
is of by a new name.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from browser.crawl import flat
from hutong.kit.actor import SYSTEM
from hutong.kit.moments import microseconds
from hutong.ui.testing import Browsing, browsing

pytestmark = pytest.mark.django_db
MOST = 12
PAGES = tuple(f"hutong.{area}." for area in ("portal", "my", "desk", "hall", "ui"))
QUEUE = ("desk", "desk/counts")  # of the offices held; nobody holds them all
# Addresses that nothing is read at, and what stands behind a secret that only a letter has.
NO_PAGES = {
    "my/acting-for",
    "my/notices/stop/<str:token>",
    "log/openings/<str:secret>",
    "desk/bulk",  # shows what the session holds, after a form
    # Files that the worker made before, with proofs by the log.
    "certificates/<str:number>/pdf",
    "certificates/<str:number>/json",
    "certificates/<str:number>/countersignatures/<str:venue>",
    "certificates/status/<str:purpose>/<int:number>",
    "log/entries/<int:index>/proof",
    "my/orders/<uuid:id>/bids",  # takes a form, and leads back to its page
    # Steps between two venues, of which each needs what the one before gave it.
    "network/sign-in",
    "network/sign-in/going",
    "network/sign-in-from/<str:code>",
    "network/signed-in",
}
# Of what there is nothing in this world yet. No page with a thing here may stand among them.
UNSHOWN = {
    "my/joining/<uuid:listing>",
    "my/proceeds/<uuid:id>",
    "desk/imports/<uuid:id>",
    "desk/proceeds/<uuid:id>",
    "desk/certificate-reissues/<uuid:id>",
}
# Addresses up to where a thing's name begins, by their end; or whole ones: which things they are of.
OF = {
    "technologies/": "technology",
    "my/technologies/imports/": "run",
    "listings/": "listing",
    "my/listings/": "listing",
    "my/pre-emptions/": "listing",
    "lots/": "lot",
    "my/bids/": "lot",
    "public-notices/": "application",
    "rights/": "application",
    "filings/": "filing",
    "incomes/": "statement",
    "desk/register/": "title",
    "desk/transfers/": "disposal",
    "intents/": "intent",
    "deals/": "deal",
    "receipts/": "receipt",
    "payouts/": "payout",
    "proceeds/": "proceeds",
    "my/grants/": "grant",
    "my/restrictions/": "restriction",
    "my/joining/": "joining",
    "/entries/": "register_entry",
    "my/orders/": "order",
    "my/orders/new/": "offered_elsewhere",
    "desk/network/messages/": "message",
    "desk/network/messages/suspicions/": "suspicion",
    "desk/network/custody/": "custody_move",
    "desk/network/duplicates/": "duplicate",
    "desk/clearing/": "clearing_statement",
    "desk/imports/": "run",
    "network/lists/": "signed_list",
    "network/venues/<str:code>/listings/<uuid:id>": "mirrored_listing",
    "network/venues/<str:code>/technologies/<uuid:id>": "mirrored_technology",
    "desk/certificate-reissues/": "reissue",
    "parties/": "party",
    "certificates/status/": "status_list",
    "desk/certificates/new/": "certificate_kind",
    "certificates/": "certificate",
    "desk/certificate-proposals/": "proposal",
    "desk/certificate-templates/": "template",
    "log/entries/": "log_index",
    "my/openings/": "opened",
    "desk/journal/": "entry",
    "desk/rulebook/": "rulebook",
    "desk/parked/": "parked",
    "desk/projects/": "project",
    "desk/project-invitations/": "project",
    "desk/project-parts/": "part",
    "my/projects/": "project",
    "my/project-parts/": "part",
    "network/projects/<str:code>/<uuid:id>": "seen_project",
    "desk/rulebook/procedures/": "procedure",
    "desk/rulebook/procedures/<str:code>/<uuid:template>": "compared_procedure",
    "network/procedures/<str:code>/<uuid:id>": "seen_procedure",
}
ASKED = {
    "search": ("?q=合金", "?type=listing&order=ending", "?q=合金&legal=in_force", "?page=2"),
    "technologies": ("?ipc=C", "?q=金"),
    "listings": ("?status=all", "?order=ending"),
    "calendar": ("?month=2022-07",),
    "certificates": ("?q=公司", "?mine=1"),
    "my": ("?all=1",),
    "my/rights": ("?tab=filings",),
    "desk": ("?who=mine", "?sort=kind"),
    "desk/claims": ("?case=listings/{listing}", "?case=deals/{deal}"),
    "desk/search": ("?q=公司", "?q=2022"),
    "desk/procedures": tuple(
        f"?kind={kind}"
        for kind in (
            *("listings", "registrations", "intents", "auctions", "deals"),
            *("transfers", "payables", "receipts", "payouts"),
        )
    ),
    "desk/technologies/": ("", "?version=1"),
}


@pytest.fixture
def world(venue: Any, settings: Any, tmp_path: Any) -> Any:
    """One of everything, and four of what stands in lists: a page that asks once for each shows it."""
    from authorization.world import build
    from hutong.listings.testing import applied_intent, open_listing, submitted_listing
    from hutong.node.keys import make_keyring
    from hutong.node.searching import FEEDS
    from hutong.parties import queries
    from hutong.parties.testing import EVIDENCE, member_of, verified_party
    from hutong.rights.testing import registered_technologies, submitted_application
    from hutong.search.following import Follower
    from hutong.technologies import actions as technologies
    from hutong.transparency.testing import forget

    settings.STATE = tmp_path
    forget(make_keyring().keyring)
    busy = verified_party("上海某大学", now=venue.now)
    rights = registered_technologies(busy, 4, now=venue.now)
    for _ in range(3):
        submitted_application(busy, now=venue.now)
    built = build(venue.now)  # from here on the venue is of a network, where registering waits
    built.ids["busy"] = str(busy.id)
    seller = queries.party(built.ids["party"])
    buyer = verified_party("上海某科技公司", "enterprise", now=venue.now)
    technologies.hand_in(
        actor=member_of(seller),
        now=venue.now,
        name="technologies.csv",
        media_type="text/csv",
        data=EVIDENCE,
    )
    venue.later(days=16)
    for right in rights[:3]:
        applied_intent(open_listing(busy, [right.id], now=venue.now), buyer, now=venue.now)
    submitted_listing(busy, [rights[3].id], now=venue.now)
    _a_lot_sold(now=venue.now)
    follower = Follower(FEEDS)
    follower.step()
    follower.close()
    return built


def _a_lot_sold(now: datetime) -> None:
    """A lot with one bid, closed: its record is published."""
    from hutong.auctions import actions
    from hutong.auctions.actions.judging import Receipt
    from hutong.auctions.testing import an_open_lot, bidders

    lot = an_open_lot(opens_at=now, bidders=bidders(2), free_seconds=1, opening_fen=100_000_00)
    bid = Receipt(str(uuid4()), 1, 100_000_00, microseconds(now))
    actions.judge(batches={lot: [bid]}, book=actions.Book())
    actions.close_lot(actor=SYSTEM, now=now + timedelta(seconds=12), lot=lot)


def test_no_page_asks_the_database_more_than_twelve_times(world: Any) -> None:
    """Each address of each thing with the first who is shown it; the queue with every office."""
    _bounded(world, everybody=False)


@pytest.mark.drill
def test_no_page_asks_more_than_twelve_times_whoever_reads_it(world: Any) -> None:
    _bounded(world, everybody=True)


def _bounded(world: Any, *, everybody: bool) -> None:
    readers, things = _readers(world), _things(world)
    told, seen, addresses = [], set(), list(_addresses(things))
    for route, paths in addresses:
        for path in paths:
            for name, reader in _readers_of(route, readers):
                asked = _asked(reader, path)
                if asked is None:
                    continue
                seen.add(route)
                if len(asked) > MOST:
                    told.append(f"{name}, {path}: {len(asked)}: {_tables(asked)}")
                if not everybody and route not in QUEUE:
                    break
    assert not told, "\n".join(told)
    missing = {route for route, _paths in addresses} - seen - UNSHOWN
    assert not missing, f"nobody was shown {sorted(missing)}"


def _readers_of(route: str, readers: dict[str, Browsing]) -> list[tuple[str, Browsing]]:
    """Officers with every power for the desk's pages, and one of each role for the queue."""
    if route in QUEUE:
        return [(name, readers[name]) for name in readers if name.startswith("of the office")]
    if route.startswith("desk"):
        return [("an officer", readers["an officer"])]
    of_all = ("the seller", "a visitor")
    members = ("the seller", "a busy seller", "the buyer", "an inventor", "a co-owner")
    return [(name, readers[name]) for name in (members if route.startswith("my") else of_all)]


def _readers(world: Any) -> dict[str, Browsing]:
    from hutong.deals import queries as deals
    from hutong.parties import queries
    from hutong.parties.testing import member_of, officer
    from hutong.rights.models import Contribution
    from hutong.rulebook.queries import in_force

    deal = deals.deal(world.ids["deal"])
    inventor = Contribution.objects.values_list("party", flat=True)[0]
    roles = in_force(deal.opened_at).rules.roles
    return {
        "a visitor": browsing(),
        "the seller": browsing(member_of(queries.party(deal.seller))),
        "a busy seller": browsing(member_of(queries.party(world.ids["busy"]))),
        "the buyer": browsing(member_of(queries.party(deal.buyer))),
        "an inventor": browsing(member_of(queries.party(inventor))),
        "a co-owner": browsing(member_of(queries.party(_co_owner()))),
        "an officer": browsing(officer(*roles)),
        **{f"of the office {role}": browsing(officer(role)) for role in roles},
    }


def _co_owner() -> Any:
    from hutong.listings.models import Preemption

    return Preemption.objects.values_list("party", flat=True)[0]


def _things(world: Any) -> dict[str, list[Any]]:
    """By kind, one thing of every state."""
    from hutong.parties import queries
    from hutong.parties.testing import member_of
    from hutong.transparency.openings.queries import links

    seller = member_of(queries.party(world.ids["party"]))
    from hutong.auctions.models import Lot
    from hutong.certificates.kinds import Kind
    from hutong.certificates.models import Certificate, Proposal, Reissue
    from hutong.deals.models import Deal
    from hutong.journal.models import Entry, Parked
    from hutong.listings.models import Intent, Joining, Listing, Preemption
    from hutong.network.clearing.models import ClearingStatement
    from hutong.network.custody.models import CustodyMove
    from hutong.network.duplicates.models import Duplicate
    from hutong.network.messages.models import Outgoing, Suspicion
    from hutong.network.procedures.models import Procedure
    from hutong.network.projects.models import Contribution, Project
    from hutong.network.trade.models import Order
    from hutong.parties.models import Party
    from hutong.rights.models import (
        Application,
        Disposal,
        Filing,
        Grant,
        Restriction,
        Statement,
        Title,
    )
    from hutong.rights.models import Entry as RegisterEntry
    from hutong.settlement.models import Payout, PledgedProceeds, Receipt
    from hutong.technologies.models import ImportRun, Technology
    from hutong.venues import queries as venues

    def each(model: Any, *by: str, name: str = "pk") -> list[Any]:
        rows = model.objects.order_by(*by, "-pk").distinct(*by) if by else model.objects.all()[:4]
        return [getattr(row, name) for row in rows]

    home, here = world.ids["venue"], venues.my_code()
    return {
        "technology": each(Technology, "kind", "status"),
        "run": each(ImportRun),
        "listing": [
            *each(Listing, "status", "offer_kind"),
            *each(Preemption, name="listing_id")[:1],
        ],
        "lot": each(Lot, "outcome"),
        "application": each(Application, "kind", "status"),
        "filing": each(Filing, "kind", "status"),
        "statement": each(Statement),
        "title": each(Title, name="technology"),
        "disposal": each(Disposal, "status"),
        "intent": each(Intent, "status"),
        "deal": each(Deal, "status"),
        "receipt": each(Receipt, "status"),
        "payout": each(Payout, "status"),
        "proceeds": each(PledgedProceeds),
        "reissue": each(Reissue),
        "party": each(Party, "kind", "status"),
        "certificate": each(Certificate, "kind", name="number"),
        "certificate_kind": [kind.value for kind in Kind],
        "proposal": each(Proposal),
        "template": [Kind.TRAINING.value],
        "status_list": ["revocation/1", "suspension/1"],
        "log_index": [0, 1],
        "opened": [link.leaf.index for link in links(seller) if link.leaf],
        "entry": each(Entry, "kind")[:12],
        "rulebook": [1, 2],
        "parked": each(Parked),
        "grant": each(Grant, name="entry_id"),
        "restriction": [f"{r.technology}/{r.entry_id}" for r in Restriction.objects.all()[:4]],
        "joining": each(Joining, name="listing_id"),
        "register_entry": each(RegisterEntry, "kind"),
        "order": each(Order, "stage"),
        "clearing_statement": each(ClearingStatement, "status"),
        "suspicion": each(Suspicion),
        "custody_move": each(CustodyMove, "status"),
        "duplicate": each(Duplicate, "status"),
        "signed_list": [world.ids["signed list"]],
        "project": each(Project, "status"),
        "part": each(Contribution, "status"),
        "seen_project": [f"{here}/{world.ids['project']}"],
        "procedure": each(Procedure, "status"),
        "compared_procedure": [f"{here}/{world.ids['template']}"],
        "seen_procedure": [f"{here}/{world.ids['template']}"],
        "offered_elsewhere": [f"{home}/{world.ids['mirrored listing']}"],
        "mirrored_listing": [f"{home}/listings/{world.ids['mirrored listing']}"],
        "mirrored_technology": [f"{home}/technologies/{world.ids['mirrored technology']}"],
        "message": [f"out/{to}/{id}" for id, to in Outgoing.objects.values_list("id", "to")[:2]],
    }


def _addresses(things: dict[str, list[Any]]) -> Iterator[tuple[str, list[str]]]:
    """Every address of a page, and the paths to ask for it with."""
    from hutong.node.urls import urlpatterns

    for route, module in flat(urlpatterns):
        if not module.startswith(PAGES) or route in NO_PAGES:
            continue
        before, named, after = route.partition("<")
        if not named:
            one = {kind: some[0] for kind, some in things.items() if some}
            asked = [query.format(**one) for query in ("", *ASKED.get(route, ()))]
            yield route, [f"/{route}{query}" for query in asked]
            continue
        ends = (end for end in sorted(OF, key=len)[::-1] if before.endswith(end))
        kind = OF.get(route) or next((OF[end] for end in ends), None)
        assert kind, f"{route}: what is it of? Say so in OF"
        after = after.rpartition(">")[2]
        if kind == "template" and after == "" and route.count("<") == 2:
            after = "/1"
        yield route, [f"/{before}{thing}{after}" for thing in things[kind]]


def _asked(reader: Browsing, path: str) -> list[str] | None:
    """What a page asks the database; once more where the first to read it warms something."""
    asked = _asked_now(reader, path)
    return _asked_now(reader, path) if asked and len(asked) > MOST else asked


def _asked_now(reader: Browsing, path: str) -> list[str] | None:
    asked = []

    def note(execute: Any, sql: str, *rest: Any) -> Any:
        asked.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(note):
        shown = reader.get(path).status_code == 200
    return [s for s in asked if not s.startswith(("SAVEPOINT", "RELEASE"))] if shown else None


def _tables(asked: list[str]) -> str:
    return ", ".join(sql.partition(" FROM ")[2].split(" ", 1)[0].strip('"') for sql in asked)
