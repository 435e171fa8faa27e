"""
First rulebooks: what a venue is founded with, as plain data (TI-2).
"""

import json
import os
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import chinese_calendar

DEMO_START = datetime(2022, 6, 20, 1, 0, tzinfo=UTC)  # 09:00 in Shanghai (TI-2)


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


def demo_rulebook(
    *,
    code: str = "SHTE-DEMO",
    name_zh: str = "上海技术交易所（演示）",
    name_en: str = "Shanghai Technology Exchange (demo)",
    region: str = "CN-SH",
) -> dict[str, Any]:
    """A demo venue, with auctions short enough to watch (TI-2)."""
    return {
        "venue": {
            "code": code,
            "name_zh": name_zh,
            "name_en": name_en,
            "region": region,
            "demo": True,
        },
        "auctions": {
            "opens_after_seconds": 0,
            "free_seconds": 12,
            "limited_seconds": 10,
            "outage_bound_seconds": 5,
        },
        "settlement": {
            "account_holder": name_zh,
            "account_bank": "演示银行",
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


def rulebook_from_environment(*, demo: bool) -> dict[str, Any]:
    """The first rulebook of a venue: the JSON file HUTONG_RULEBOOK names, else defaults."""
    if path := os.environ.get("HUTONG_RULEBOOK"):
        return dict(json.loads(Path(path).read_text(encoding="utf-8")))
    if demo:
        return demo_rulebook()
    return real_rulebook(
        code=os.environ.get("HUTONG_VENUE_CODE", "VENUE-1"),
        name_zh=os.environ.get("HUTONG_VENUE_NAME_ZH", "技术交易所"),
        name_en=os.environ.get("HUTONG_VENUE_NAME_EN", "Technology Exchange"),
        region=os.environ.get("HUTONG_VENUE_REGION", "CN-SH"),
    )
