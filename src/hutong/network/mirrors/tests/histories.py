"""Random histories of a venue, as its log and texts tell them."""

import random
from uuid import UUID

from hutong.kit.moments import iso
from hutong.network.mirrors.testing import AT, Log

MANY = 12


def _id(area: int, number: int) -> str:
    return str(UUID(int=(area << 64) | number))


TECHNOLOGIES = [_id(1, n) for n in range(MANY)]
LISTINGS = [_id(2, n) for n in range(MANY)]
LOTS = [_id(3, n) for n in range(MANY)]
DEALS = [_id(4, n) for n in range(MANY)]
NOTICES = [_id(5, n) for n in range(MANY)]
CERTIFICATES = [_id(6, n) for n in range(MANY)]


def listed(log: Log, listing: str, *, price_fen: int = 100, title: str = "电池", **more) -> int:
    text = log.text(
        {
            "title_zh": title,
            "title_en": "A battery",
            "conditions": "",
            "payment": "lump_sum",
            "seller": {"party": _id(9, 1), "name_zh": "甲大学", "name_en": "University"},
            "technologies": [],
        }
    )
    facts = {
        "listing": listing,
        "number": f"GP-{listing[-3:]}",
        "offer_kind": "transfer",
        "share": "1/1",
        "licence_mode": None,
        "price_mode": "floor",
        "price_fen": price_fen,
        "deposit_fen": 10,
        "increment_fen": 1,
        "technologies": 1,
        "ends_at": iso(AT),
        "ends_provisional": False,
        "scope": "network",
        "export_class": "free",
        "text": text,
        **more,
    }
    return log.write("listings.Listed", facts)


def entered(log: Log, technology: str, *, kind: str = "technologies.Entered", title="电池") -> int:
    record = log.text({"kind": "patent", "title_zh": title, "inventors": ["某人"]})
    facts = {"technology": technology, "technology_kind": "patent", "record": record}
    return log.write(kind, facts)


def imported(log: Log, parts: list[tuple[list[str], list[str]]], title: str = "一批") -> int:
    told = []
    for new, refreshed in parts:
        rows = [
            {"technology": id, "record": {"kind": "patent", "title_zh": f"{title} {id[-2:]}"}}
            for id in [*new, *refreshed]
        ]
        told.append({"records": log.text(rows), "entered": new, "refreshed": refreshed})
    manifest = log.text({"chunk_rows": 256, "chunks": [], "parts": told})
    rows = sum(len(new) + len(old) for new, old in parts)
    facts = {"batch": _id(8, len(log.entries)), "rows": rows, "record_parts": len(parts)}
    return log.write("technologies.Imported", {**facts, "manifest": manifest}, version=2)


def act(log: Log, chance: random.Random) -> None:
    """One random act, sensible or not: a picture must not depend on sense."""
    listing, technology = chance.choice(LISTINGS), chance.choice(TECHNOLOGIES)
    lot, deal = chance.choice(LOTS), chance.choice(DEALS)
    notice, certificate = chance.choice(NOTICES), chance.choice(CERTIFICATES)
    n = len(log.entries)
    match chance.randrange(22):
        case 0 | 1:
            listed(log, listing, price_fen=n, title=f"标的 {n}")
        case 2:
            log.write("listings.Suspended", {"listing": listing, "reason": log.text({"zh": "查"})})
        case 3:
            log.write("listings.Resumed", {"listing": listing, "ends_at": iso(AT)})
        case 4:
            outcome = chance.choice(["extended", "auction", "lapsed"])
            facts = {"listing": listing, "outcome": outcome, "count": n, "ends_at": iso(AT)}
            log.write("listings.CutOff", facts)
        case 5:
            log.write("listings.Closed", {"listing": listing, "ending": "sold", "deal": deal})
        case 6 | 7:
            kind = chance.choice(["Entered", "Updated", "Intended"])
            entered(log, technology, kind=f"technologies.{kind}", title=f"成果 {n}")
        case 8:
            log.write("technologies.Retired", {"technology": technology, "reason": log.text("旧")})
        case 9 | 10:
            some = chance.sample(TECHNOLOGIES, 6)
            imported(log, [(some[:2], some[2:3]), (some[3:4], some[4:])], title=f"批 {n}")
        case 11:
            log.write("auctions.LotOpened", {"lot": lot, "listing": listing, "opening_fen": n})
        case 12:
            log.write("auctions.BidsJudged", {"lot": lot, "price_fen": n, "leader": 1, "last": n})
        case 13:
            facts = {"lot": lot, "listing": listing, "outcome": "sold", "price_fen": n}
            log.write("auctions.Closed", facts)
        case 14:
            facts = {"deal": deal, "listing": listing, "number": f"CJ-{n}", "price_fen": n}
            log.write("deals.Opened", {**facts, "currency": "CNY"})
        case 15:
            log.write("deals.RightMoved", {"deal": deal, "number": f"CJ-{n}"})
        case 16:
            facts = {"application": notice, "number": f"QD-{n}", "technologies": 1}
            text = log.text({"technologies": [{"technology": technology, "title_zh": f"{n}"}]})
            log.write("rights.NoticeOpened", {**facts, "ends_at": iso(AT), "notice": text})
        case 17:
            facts = {"entry": _id(7, chance.randrange(9)), "number": f"DJ-{n}", "sequence": n}
            facts |= {
                "technology": technology,
                "entry_kind": "freeze",
                "effective_on": "2022-06-20",
            }
            log.write("rights.Frozen", facts)
        case 18:
            facts = {"certificate": certificate, "number": f"ZS-{n}", "source": f"deal:{deal}"}
            log.write("certificates.Issued", {**facts, "certificate_kind": "transaction"})
        case 19:
            facts = {
                "certificate": certificate,
                "reason": log.text("错"),
                "revoked_on": "2022-07-01",
            }
            log.write("certificates.Revoked", facts)
        case 20 if log.blobs:
            log.erase(chance.choice(sorted(log.blobs)))
        case 20:
            listed(log, listing)
        case 21:
            log.write("elsewhere.Unknown", {"what": log.text("?"), "other": "sha256:" + "0" * 64})
