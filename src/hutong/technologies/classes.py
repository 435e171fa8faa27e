"""
Classes a technology is found by: IPC and CPC symbols, industries of GB/T 4754, readiness.

Pure. Symbols are checked by form, not against a list: the IPC changes every January.
"""

import re
import unicodedata

# A symbol may stop at any level: section, class, subclass, group.
_SYMBOL = re.compile(r"([A-HY])(?:(\d{2})(?:([A-Z])(?:(\d{1,4})(?:/(\d{2,6}))?)?)?)?", re.ASCII)

# GB/T 4754-2017: the letter of each section and the last division it holds.
_SECTIONS = (
    ("A", 5), ("B", 12), ("C", 43), ("D", 46), ("E", 50), ("F", 52), ("G", 60), ("H", 62),
    ("I", 65), ("J", 69), ("K", 70), ("L", 72), ("M", 75), ("N", 79), ("O", 82), ("P", 83),
    ("Q", 85), ("R", 90), ("S", 96), ("T", 97),
)  # fmt: skip

TRL_LEAST, TRL_MOST = 1, 9


def symbol(text: str, *, cpc: bool = False) -> str | None:
    """Write an IPC (or CPC) symbol without spaces, `G06F16/3329`; None when it is not one."""
    tidied = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).upper()
    match = _SYMBOL.fullmatch(tidied)
    if match is None or (match[1] == "Y" and not cpc):
        return None
    return tidied


def levels(symbol: str) -> list[str]:
    """The symbol and all it lies in: G, G06, G06F, G06F16, G06F16/3329."""
    match = _SYMBOL.fullmatch(symbol)
    if match is None:
        return []
    steps = [match[1]]
    for part in (match[2], match[3], match[4]):
        if part is not None:
            steps.append(steps[-1] + part)
    if match[5] is not None:
        steps.append(f"{steps[-1]}/{match[5]}")
    return steps


def all_levels(symbols: tuple[str, ...]) -> list[str]:
    """Every level of every symbol, once, in order; what a prefix filter looks in."""
    return sorted({step for one in symbols for step in levels(one)})


def industry(text: str) -> str | None:
    """Write a GB/T 4754-2017 code with its section letter: `3913` → `C3913`; None when it is none."""
    tidied = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).upper()
    match = re.fullmatch(r"([A-T])?([0-9]{2,4})?", tidied)
    if match is None or not tidied:
        return None
    if match[2] is None:
        return match[1]
    division = int(match[2][:2])
    letter = next((s for s, last in _SECTIONS if division <= last), None)
    if division == 0 or letter is None or (match[1] and match[1] != letter):
        return None
    return letter + match[2]


def trl(value: object) -> int | None:
    """Read a technology readiness level, 1–9: `5`, `"TRL 5"`, `5级`; None when it is none."""
    if isinstance(value, bool):
        return None
    match = re.fullmatch(r"(?:TRL)?([1-9])(?:\.0)?级?", re.sub(r"[\s-]+", "", str(value)).upper())
    return int(match[1]) if match else None
