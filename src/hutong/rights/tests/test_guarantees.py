"""What the database refuses by itself, though the rules were bypassed (RR-1, RR-3, RR-4, RR-6)."""

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from beginnings import beginning
from hutong.kit.ids import new_id
from hutong.parties.testing import verified_party
from hutong.rights.acts import Mode
from hutong.rights.models import Disposal, Entry, Grant, Restriction
from hutong.rights.queries.rivals import MOST
from hutong.rights.scope import EVERYWHERE, Field, Scope, Spans, Term, Territory
from hutong.rights.testing import licensed, pledged, registered_technology

pytestmark = pytest.mark.django_db

FIRST, LAST = date(2022, 7, 10), date(2025, 6, 30)
SHANGHAI, JIANGSU = Territory.of(["CN-SH"]), Territory.of(["CN-JS"])


@beginning
def granted(venue):
    """An exclusive, sublicensable licence for Shanghai, and a copier of its row."""
    owner = verified_party("上海某大学")
    licensee = verified_party("某科技有限公司", kind="enterprise")
    technology = registered_technology(owner, now=venue.now)
    venue.later(days=20)
    scope = Scope(SHANGHAI, Field.of(), Term.of(FIRST, LAST))
    licensed(
        technology.id,
        owner,
        licensee,
        scope=scope,
        now=venue.now,
        mode=Mode.EXCLUSIVE,
        sublicensable=True,
    )
    return Grant.objects.get()


def another(row, **said):
    """A row like the granted one, written past every rule; its entry is the first registration's."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('rights_line')")
        line = cursor.fetchone()[0]
    entry = Entry.objects.get(kind="first_registration")
    values = {f.attname: getattr(row, f.attname) for f in Grant._meta.concrete_fields}
    values |= {"line": line, "entry_id": entry.id, "names": []}
    if said.get("mode") == "ordinary":
        values["slot"] = Spans(((line, line + 1),))
    elif "slot" not in said:
        values["slot"] = Spans(((0, MOST),))
    with transaction.atomic():
        return Grant.objects.create(**(values | said))


def refused(constraint, act):
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        act()
    assert constraint in str(error.value)


@pytest.mark.parametrize("mode", list(Mode))
def test_nothing_stands_beside_an_exclusive_licence(granted, mode):
    refused("rights_grant_no_conflict", lambda: another(granted, mode=mode.value))
    refused(
        "rights_grant_no_conflict",
        lambda: another(granted, mode=mode.value, territory=EVERYWHERE.spans),
    )
    another(granted, mode=mode.value, territory=JIANGSU.spans)


def test_what_is_apart_in_time_or_field_stands(granted):
    another(granted, in_force=DateRange(date(2025, 7, 1), date(2026, 1, 1)))


def test_an_accepted_exception_is_a_hole_in_the_slot(granted):
    """Exactly the grant that was accepted; a closed one can never be."""
    ordinary = another(granted, mode="ordinary", territory=JIANGSU.spans)
    hole = Spans(((0, MOST),)).minus(Spans(((ordinary.line, ordinary.line + 1),)))
    ordinary.delete()
    hidden = Spans(((1, MOST),))
    refused("rights_grant_slot", lambda: another(granted, slot=hidden, territory=JIANGSU.spans))
    refused(
        "rights_grant_slot",
        lambda: another(granted, mode="ordinary", territory=JIANGSU.spans, slot=hole),
    )
    another(granted, slot=hole, territory=JIANGSU.spans)


@pytest.mark.parametrize(
    "beyond",
    [
        {"territory": EVERYWHERE.spans},
        {"in_force": DateRange(FIRST, date(2025, 7, 2))},
        {"depth": 2},
        {"depth": 11},
        {"title_line": 0},
    ],
)
def test_a_sublicence_lies_inside_its_parent(granted, beyond):
    said = {"under_id": granted.line, "depth": 1, "territory": Territory.of(["310104"]).spans}
    refused("rights_grant_derives", lambda: another(granted, **(said | beyond)))
    another(granted, **said)


def test_a_parent_is_not_cut_under_its_sublicence(granted):
    another(granted, under_id=granted.line, depth=1)
    rows = Grant.objects.filter(line=granted.line)
    refused("rights_grant_derives", lambda: rows.update(in_force=DateRange(empty=True)))
    refused("rights_grant_derives", lambda: rows.update(sublicensable=False))


def test_a_scope_is_never_empty(granted):
    refused("rights_grant_has_scope", lambda: another(granted, territory=Spans(())))


def test_a_rank_is_given_once(venue):
    owner, bank = verified_party("上海某大学"), verified_party("某银行", kind="enterprise")
    technology = registered_technology(owner, now=venue.now)
    venue.later(days=20)
    pledged(technology.id, owner, bank, now=venue.now)
    first = Restriction.objects.get()
    entry = Entry.objects.get(kind="first_registration")
    again = {"entry": entry, "technology": technology.id, "kind": "pledge", "party": bank.id}
    refused(
        "rights_restriction_rank_once",
        lambda: Restriction.objects.create(rank=first.rank, **again),
    )
    refused("rights_restriction_pledge_ranked", lambda: Restriction.objects.create(**again))


def test_one_disposal_is_pending_whoever_it_is_of(granted):
    said = {
        "technology": granted.technology,
        "giver": granted.licensor,
        "taker": granted.licensee,
        "outside_step_due": False,
        "rulebook_version": 1,
        "prepared_at": Entry.objects.first().known_at,
    }
    transfer = {"numerator": 1, "denominator": 1}
    Disposal.objects.create(deal=new_id(), **transfer, **said)
    refused(
        "rights_disposal_one_pending",
        lambda: Disposal.objects.create(deal=new_id(), kind="licence", **said),
    )
    Disposal.objects.create(deal=new_id(), kind="licence", blocks=False, **said)
    refused(
        "rights_disposal_of_deal_or_filing", lambda: Disposal.objects.create(**transfer, **said)
    )


def test_spans_read_back_from_the_table(granted):
    assert granted.territory == SHANGHAI.spans
