"""
Numbers of statutory rights: read, check, write one way, and say which right they name (TE-3).

A right is one technology in the whole network, whichever of its numbers somebody knows. So every
number yields a *key*: two numbers with one key name one right. A Chinese application number ends in
a check digit (GB ZC 0006-2003: weights 2…9, again 2…5, modulo 11, X for ten); a Chinese document
number keeps its digits from publication (A) to grant (B), so its key leaves the kind code out.

Pure: no office is asked; a number that passes is well formed, no more.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from itertools import cycle

WEIGHTS = (2, 3, 4, 5, 6, 7, 8, 9)
CN_PATENT_TYPES = "12389"  # invention, utility model, design, PCT invention, PCT utility model


class Role(StrEnum):
    """What a number was given for."""

    APPLICATION = "application"
    PUBLICATION = "publication"
    GRANT = "grant"
    REGISTRATION = "registration"


class Fault(StrEnum):
    """Why a number is not one."""

    EMPTY = "empty"
    MALFORMED = "malformed"
    NO_CHECK_DIGIT = "no_check_digit"
    WRONG_CHECK_DIGIT = "wrong_check_digit"
    NO_KIND_CODE = "no_kind_code"
    WRONG_KIND_CODE = "wrong_kind_code"
    WRONG_YEAR = "wrong_year"
    WRONG_TYPE = "wrong_type"


class BadNumber(ValueError):
    """`expected` is the number as it would be right, where that is known."""

    def __init__(self, fault: Fault, text: str, expected: str = "") -> None:
        self.fault, self.text, self.expected = fault, text, expected
        super().__init__(f"{fault}: {text!r}" + (f", expected {expected}" if expected else ""))


@dataclass(frozen=True, slots=True)
class Number:
    """`text` is the one way we write it; `key` names the right (empty: names none)."""

    role: Role
    text: str
    key: str


def tidy(text: str) -> str:
    """Full-width to ASCII, upper case, without spaces: ` ＺＬ ２０２０…` → `ZL2020…`."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).upper()


def check_digit(digits: str) -> str:
    """Check digit of a Chinese application number of 8 or 12 digits."""
    total = sum(int(d) * w for d, w in zip(digits, cycle(WEIGHTS), strict=False))
    return "0123456789X"[total % 11]


# -- application numbers ----------------------------------------------------------------------------

_CN_APPLICATION = re.compile(r"(ZL|CN)?(\d{12}|\d{8})\.?([\dX])?", re.ASCII)
_US_APPLICATION = re.compile(r"(?:US)?(\d{2})/(\d{1,3},\d{3}|\d{1,6})", re.ASCII)
_PCT_APPLICATION = re.compile(r"PCT/?([A-Z]{2})/?(\d{4})/?(\d{5,6})", re.ASCII)
_OTHER = re.compile(r"(?!CN|US|ZL)([A-Z]{2})[-.]?([0-9][0-9A-Z./-]{3,23})", re.ASCII)


def application(text: str) -> Number:
    """Read an application number: Chinese (old and new), US, PCT, or another country's.

    `ZL` is dropped, leading zeros of a US serial that a spreadsheet ate are restored. Raises
    BadNumber.
    """
    tidied = tidy(text)
    if not tidied.strip("/-.0"):
        raise BadNumber(Fault.EMPTY, text)
    if match := _CN_APPLICATION.fullmatch(tidied):
        return _cn_application(text, match[2], match[3])
    if match := _US_APPLICATION.fullmatch(tidied):
        serial = match[2].replace(",", "").zfill(6)
        if int(serial) == 0:
            raise BadNumber(Fault.MALFORMED, text)
        return Number(
            Role.APPLICATION,
            f"US {match[1]}/{serial[:3]},{serial[3:]}",
            f"us-app:{match[1]}{serial}",
        )
    if match := _PCT_APPLICATION.fullmatch(tidied):
        serial = match[3].zfill(6)
        return Number(
            Role.APPLICATION,
            f"PCT/{match[1]}{match[2]}/{serial}",
            f"pct:{match[1]}{match[2]}{serial}",
        )
    if match := _OTHER.fullmatch(tidied):
        return _other(Role.APPLICATION, match)
    raise BadNumber(Fault.MALFORMED, text)


def _cn_application(text: str, digits: str, given: str | None) -> Number:
    is_new = len(digits) == 12
    year = (
        int(digits[:4])
        if is_new
        else int("20" + digits[:2] if digits[0] == "0" else "19" + digits[:2])
    )
    if not (2003 <= year <= 2099 if is_new else 1985 <= year <= 2003):
        raise BadNumber(Fault.WRONG_YEAR, text)
    if digits[4 if is_new else 2] not in CN_PATENT_TYPES:
        raise BadNumber(Fault.WRONG_TYPE, text)
    right = check_digit(digits)
    whole = f"{digits}.{right}"
    if given is None:
        raise BadNumber(Fault.NO_CHECK_DIGIT, text, whole)
    if given != right:
        raise BadNumber(Fault.WRONG_CHECK_DIGIT, text, whole)
    return Number(Role.APPLICATION, whole, f"cn-app:{digits}")


# -- document numbers: what an office publishes ------------------------------------------------------

_CN_DOCUMENT = re.compile(r"(?:CN)?(\d{9}|\d{8}|\d{7})(?:([A-Z])\d?)?", re.ASCII)
_CN_KINDS = {"1": "ABC", "2": "UY", "3": "SD"}
_US_PUBLICATION = re.compile(r"US(20\d{2})/?(\d{7})(A\d)?", re.ASCII)
_US_GRANT = re.compile(r"US(RE|PP|D|H)?(\d{3,8})(B\d|[AESP]\d?)?", re.ASCII)
_WO = re.compile(r"WO(\d{4})/?(\d{6})(A\d)?", re.ASCII)
_EP_DOCUMENT = re.compile(r"EP(\d{7})([AB]\d)", re.ASCII)


def document(text: str) -> Number:
    """Read a publication or grant number; its kind code says which. Raises BadNumber."""
    tidied = tidy(text).replace(",", "")
    if not tidied.strip("/-.0"):
        raise BadNumber(Fault.EMPTY, text)
    if match := _CN_DOCUMENT.fullmatch(tidied):
        return _cn_document(text, match[1], match[2])
    if match := _US_PUBLICATION.fullmatch(tidied):
        shown = f"US {match[1]}/{match[2]} {match[3] or 'A1'}"
        return Number(Role.PUBLICATION, shown, f"us-pub:{match[1]}{match[2]}")
    if match := _US_GRANT.fullmatch(tidied):
        series, serial = match[1] or "", match[2].lstrip("0")
        if serial:
            shown = f"US {series}{int(serial):,}" + (f" {match[3]}" if match[3] else "")
            return Number(Role.GRANT, shown, f"us-grant:{series}{serial}")
    if match := _WO.fullmatch(tidied):
        return Number(Role.PUBLICATION, f"WO {match[1]}/{match[2]}", f"wo:{match[1]}{match[2]}")
    if match := _EP_DOCUMENT.fullmatch(tidied):
        role = Role.PUBLICATION if match[2][0] == "A" else Role.GRANT
        return Number(role, f"EP {match[1]} {match[2]}", f"ep-doc:{match[1]}")
    if match := _OTHER.fullmatch(tidied):
        granted = tidied[-2] in "BC" or tidied[-1] in "BC"
        return _other(Role.GRANT if granted else Role.PUBLICATION, match)
    raise BadNumber(Fault.MALFORMED, text)


def _cn_document(text: str, digits: str, kind: str | None) -> Number:
    # Eight digits are of 1985–88, when a document carried its application's number without check.
    type_digit = digits[2] if len(digits) == 8 else digits[0]
    kinds = _CN_KINDS.get(type_digit)
    if kinds is None or (len(digits) == 8 and not "85" <= digits[:2] <= "88"):
        raise BadNumber(Fault.WRONG_TYPE, text)
    if kind is None:
        raise BadNumber(Fault.NO_KIND_CODE, text)
    if kind not in kinds:
        raise BadNumber(Fault.WRONG_KIND_CODE, text)
    role = Role.PUBLICATION if kind == "A" else Role.GRANT
    # Seven digits: publications and grants of inventions were counted apart; the kind tells them.
    series = ("A" if kind == "A" else "B") if len(digits) == 7 and type_digit == "1" else ""
    return Number(role, f"CN {digits} {kind}", f"cn-doc:{digits}{series}")


# -- registrations ----------------------------------------------------------------------------------

_SOFTWARE = re.compile(r"(?:登记号:?)?((?:19|20)\d{2})SR(\d{4,7})", re.ASCII)
_SOFTWARE_CERTIFICATE = re.compile(r"(?:软著登字第?|CNSW)?(\d{4,8})号?", re.ASCII)
_LAYOUT = re.compile(r"BS\.?(\d{8,9})\.?([\dX])?", re.ASCII)
_VARIETY = re.compile(r"(CNA)?((?:19|20)\d{6,10})(?:\.([\dEX]))?", re.ASCII)


def software(text: str) -> Number:
    """Read a software copyright's registration or certificate number. Raises BadNumber."""
    tidied = _registration(text)
    if match := _SOFTWARE.fullmatch(tidied):
        shown = (
            f"{match[1]}SR{match[2].zfill(7)}"
            if int(match[1]) >= 2018
            else f"{match[1]}SR{match[2].zfill(6)}"
        )
        return Number(Role.REGISTRATION, shown, f"cn-sw:{shown}")
    if tidied.startswith(("软著", "CNSW")) and (match := _SOFTWARE_CERTIFICATE.fullmatch(tidied)):
        serial = match[1].zfill(7)
        return Number(Role.REGISTRATION, f"软著登字第{serial}号", f"cn-swc:{serial}")
    raise BadNumber(Fault.MALFORMED, text)


def layout(text: str) -> Number:
    """Read the registration number of an integrated-circuit layout design. Raises BadNumber."""
    if match := _LAYOUT.fullmatch(_registration(text)):
        shown = f"BS.{match[1]}" + (f".{match[2]}" if match[2] else "")
        return Number(Role.REGISTRATION, shown, f"cn-ic:{match[1]}")
    raise BadNumber(Fault.MALFORMED, text)


def variety(text: str) -> Number:
    """Read a plant variety right's number, agricultural (CNA…) or forestry. Raises BadNumber."""
    if match := _VARIETY.fullmatch(_registration(text)):
        shown = f"{match[1] or ''}{match[2]}" + (f".{match[3]}" if match[3] else "")
        return Number(Role.REGISTRATION, shown, f"cn-pv:{match[1] or ''}{match[2]}")
    raise BadNumber(Fault.MALFORMED, text)


def achievement(text: str) -> Number:
    """Read the registration number of a scientific achievement: kept, but it names no right."""
    tidied = _registration(text)
    if not re.fullmatch(r"[0-9A-Z\u4e00-\u9fff()\[\].,/_-]{4,60}", tidied):
        raise BadNumber(Fault.MALFORMED, text)
    return Number(Role.REGISTRATION, tidied, "")


def _registration(text: str) -> str:
    tidied = tidy(text)
    if not tidied.strip("/-.0"):
        raise BadNumber(Fault.EMPTY, text)
    return tidied


def _other(role: Role, match: re.Match[str]) -> Number:
    plain = re.sub(r"[./-]", "", match[2])
    family = "app" if role is Role.APPLICATION else "doc"
    return Number(role, f"{match[1]} {match[2]}", f"{match[1].lower()}-{family}:{plain}")


def lookup_keys(text: str) -> list[str]:
    """Keys a person may mean by `text`, in whatever role; for finding, not for entering."""
    keys = []
    for read in (application, document, software, layout, variety):
        try:
            number = read(text)
        except BadNumber as bad:
            if bad.fault is Fault.NO_CHECK_DIGIT:
                keys.append(application(bad.expected).key)
            elif bad.fault is Fault.NO_KIND_CODE and read is document:
                digits = re.sub(r"\D", "", tidy(text))
                keys += [f"cn-doc:{digits}{series}" for series in ("", "A", "B")]
        else:
            keys.append(number.key)
    return list(dict.fromkeys(keys))
