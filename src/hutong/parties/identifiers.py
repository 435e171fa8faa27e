"""
Numbers that tell one party from another (PA-1): written one way, checked where they carry a check.

    uscc     统一社会信用代码, 18 characters, check character (GB 32100)
    lei      legal entity identifier, 20 characters, two check digits (ISO 17442)
    ror      research organisation registry, nine characters, two check digits
    passport, resident_id, …   others: scheme and value as given, without a check
"""

import re
from collections.abc import Callable

from stdnum import exceptions, lei
from stdnum.cn import ric, uscc

from hutong.kit.refusal import Refused
from hutong.parties.rules import Refusal

_SCHEME = re.compile(r"[a-z][a-z0-9_]{1,19}")
_ROR = re.compile(r"0[0-9a-hj-km-np-tv-z]{6}[0-9]{2}")
Validate = Callable[[str], str]
_CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz"
MAX_LENGTH = 60

# The countries and regions of ISO 3166-1, two letters each.
_ISO_3166 = """
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS
    BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE
    EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM
    HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC
    LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA
    NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW
    SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO
    TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW
"""
JURISDICTIONS = frozenset(_ISO_3166.split())


def jurisdiction(code: str) -> str:
    """Return the code in capitals. Refuses what ISO 3166-1 does not list."""
    code = code.strip().upper()
    if code not in JURISDICTIONS:
        raise Refused(Refusal.JURISDICTION_UNKNOWN, jurisdiction=code)
    return code


def identifier(scheme: str, value: str) -> tuple[str, str]:
    """Write an identifier the one way it is stored. Refuses a wrong form or check character."""
    scheme = scheme.strip().lower()
    if not _SCHEME.fullmatch(scheme):
        raise Refused(Refusal.SCHEME_INVALID, scheme=scheme[:MAX_LENGTH])
    compact = " ".join(value.split())
    if not compact or len(compact) > MAX_LENGTH:
        raise _wrong(Refusal.IDENTIFIER_LENGTH, scheme, value, "1…60")
    check = _CHECKS.get(scheme)
    return scheme, check(scheme, compact) if check else compact


def _uscc(scheme: str, value: str) -> str:
    return _by_stdnum(scheme, value, uscc.validate, 18)


def _lei(scheme: str, value: str) -> str:
    compact = lei.compact(value)
    if len(compact) != 20 or not compact.isascii() or not compact.isalnum():
        raise _wrong(Refusal.IDENTIFIER_LENGTH, scheme, value, 20)
    return _by_stdnum(scheme, value, lei.validate, 20)


def _resident_id(scheme: str, value: str) -> str:
    return _by_stdnum(scheme, value, ric.validate, 18)


def _by_stdnum(scheme: str, value: str, validate: Validate, length: int) -> str:
    try:
        return validate(value)
    except exceptions.InvalidLength:
        raise _wrong(Refusal.IDENTIFIER_LENGTH, scheme, value, length) from None
    except exceptions.InvalidChecksum:
        raise _wrong(Refusal.IDENTIFIER_CHECK, scheme, value) from None
    except exceptions.ValidationError:
        raise _wrong(Refusal.IDENTIFIER_FORM, scheme, value) from None


def _ror(scheme: str, value: str) -> str:
    """ROR: the last path element; the last two digits check the rest (ISO 7064, mod 97-10)."""
    compact = value.lower().removeprefix("https://").removeprefix("ror.org/")
    if not _ROR.fullmatch(compact):
        raise _wrong(Refusal.IDENTIFIER_FORM, scheme, value)
    number = 0
    for character in compact[:7]:
        number = number * 32 + _CROCKFORD.index(character)
    if int(compact[7:]) != 98 - (number * 100) % 97:
        raise _wrong(Refusal.IDENTIFIER_CHECK, scheme, value)
    return compact


def _wrong(why: Refusal, scheme: str, value: str, length: int | str = "") -> Refused:
    return Refused(why, scheme=scheme, value=value[:MAX_LENGTH], length=length)


_CHECKS = {"uscc": _uscc, "lei": _lei, "ror": _ror, "resident_id": _resident_id}
