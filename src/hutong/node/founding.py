"""
Founding a venue: its first rulebook and its clock. Done once, on an empty database.
"""

import json
import os
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import chinese_calendar
from django.db import transaction

from hutong.due import actions as due
from hutong.kit.actor import Actor, Door, PersonId
from hutong.kit.ids import new_id
from hutong.rulebook import actions as rulebook

DEMO_START = datetime(2022, 6, 20, 1, 0, tzinfo=UTC)  # 09:00 in Shanghai (TI-2)
FOUNDING_POWERS = frozenset({"rulebook.propose", "rulebook.adopt", "venue.operate"})


def calendar_data() -> dict[str, Any]:
    """Holidays and make-up workdays as published, from chinese_calendar; the table stays editable."""
    holidays = [d for d in chinese_calendar.holidays if d.weekday() < 5 and d.year >= 2020]
    makeup = [d for d in chinese_calendar.workdays if d.weekday() >= 5 and d.year >= 2020]
    known = max(d.year for d in chinese_calendar.holidays)
    return {
        "holidays": sorted(d.isoformat() for d in holidays),
        "makeup_workdays": sorted(d.isoformat() for d in makeup),
        "known_through": date(known, 12, 31).isoformat(),
    }


def demo_rulebook() -> dict[str, Any]:
    """A venue of the Shanghai kind, with auctions short enough to watch (TI-2)."""
    return {
        "venue": {
            "code": "SHTE-DEMO",
            "name_zh": "上海技术交易所（演示）",
            "name_en": "Shanghai Technology Exchange (demo)",
            "region": "CN-SH",
            "demo": True,
        },
        "auctions": {
            "opens_after_seconds": 0,
            "free_seconds": 12,
            "limited_seconds": 10,
            "outage_bound_seconds": 5,
        },
        "settlement": {
            "account_holder": "上海技术交易所（演示）",
            "account_bank": "演示银行上海分行",
            "account_number": "3100 0000 0000 0000 001",
        },
        "log": {"seal_seconds": 60},
        "calendar": calendar_data(),
    }


def real_rulebook(*, code: str, name_zh: str, name_en: str, region: str) -> dict[str, Any]:
    """The defaults of domain.md for a real venue."""
    return {
        "venue": {"code": code, "name_zh": name_zh, "name_en": name_en, "region": region},
        "calendar": calendar_data(),
    }


def rulebook_from_environment() -> dict[str, Any]:
    """The first rulebook of a real venue: the JSON file HUTONG_RULEBOOK names, else defaults."""
    if path := os.environ.get("HUTONG_RULEBOOK"):
        return dict(json.loads(Path(path).read_text(encoding="utf-8")))
    return real_rulebook(
        code=os.environ.get("HUTONG_VENUE_CODE", "VENUE-1"),
        name_zh=os.environ.get("HUTONG_VENUE_NAME_ZH", "技术交易所"),
        name_en=os.environ.get("HUTONG_VENUE_NAME_EN", "Technology Exchange"),
        region=os.environ.get("HUTONG_VENUE_REGION", "CN-SH"),
    )


def found(*, rulebook: dict[str, Any], now: datetime) -> int:
    """Adopt the first rulebook and start the clock. Returns the rulebook's version.

    There are no officers yet, so the founders' two pairs of eyes are the two who run set-up: the
    acts are journalled under founding ids that belong to nobody.
    """
    proposer, adopter = _founder(), _founder()
    with transaction.atomic():
        version = _adopt(rulebook, now, proposer, adopter)
        demo = bool(rulebook["venue"].get("demo"))
        due.start_clock(
            actor=adopter, now=now, real_now=datetime.now(UTC) if demo else now, demo=demo
        )
    return version


def _adopt(data: dict[str, Any], now: datetime, proposer: Actor, adopter: Actor) -> int:
    version = rulebook.propose(actor=proposer, now=now, data=data, note="founding")
    rulebook.adopt(actor=adopter, now=now, version=version, effective_from=now)
    return version


def _founder() -> Actor:
    return Actor(
        person=PersonId(new_id()),
        powers=FOUNDING_POWERS,
        second_factor=True,
        door=Door.CLI,
        label="founder",
    )
