"""
The nouns, states and codes that fill refusals, so that a Chinese sentence holds no English word and
no sentence holds a code.

A fact of a refusal that is one of these is said in the reader's language; names, numbers and texts
pass as they are. States joined by “ / ” are said one by one.
"""

from datetime import date, datetime

from django.utils.translation import get_language, gettext

from hutong.kit.moments import SHANGHAI
from hutong.kit.refusal import N_

NOUNS = (
    N_("account"),
    N_("application"),
    N_("certificate"),
    N_("certificates"),
    N_("checkpoint"),
    N_("content"),
    N_("control record"),
    N_("countersignature"),
    N_("deal"),
    N_("deposit"),
    N_("disposal"),
    N_("document"),
    N_("entry"),
    N_("hold"),
    N_("identifier"),
    N_("import"),
    N_("intent"),
    N_("kind of notice"),
    N_("list"),
    N_("listing"),
    N_("lot"),
    N_("mandate"),
    N_("notice"),
    N_("notice of pre-emption"),
    N_("objection"),
    N_("page"),
    N_("parked entry"),
    N_("party"),
    N_("password"),
    N_("payment request"),
    N_("payout"),
    N_("person"),
    N_("pre-emption"),
    N_("public notice"),
    N_("reason"),
    N_("receipt"),
    N_("register entry"),
    N_("second factor"),
    N_("technology"),
    N_("the bid"),
    N_("the file"),
    N_("token"),
    N_("bundle"),
    N_("change"),
    N_("contributor"),
    N_("costs"),
    N_("erasure"),
    N_("membership list"),
    N_("undertaking"),
    N_("evidence"),
    N_("fee"),
    N_("filing"),
    N_("findings"),
    N_("income statement"),
    N_("invitation"),
    N_("office"),
    N_("opening"),
    N_("peer"),
    N_("proof"),
    N_("proposal"),
    N_("second factor begun"),
    N_("status list"),
    N_("template"),
    N_("licence"),
    N_("message"),
    N_("mirror"),
    N_("order"),
    N_("proceeds"),
    N_("reissue"),
    N_("restriction"),
    N_("statement"),
    N_("venue"),
    N_("duplicate registration"),
    N_("move of custody"),
    N_("part"),
    N_("position"),
    N_("project"),
    N_("suspicion"),
)
# What stands in a form or a request, and what may be wrong with it.
FIELDS = (
    N_("bank"),
    N_("bank reference"),
    N_("class"),
    N_("conditions"),
    N_("currency"),
    N_("cursor"),
    N_("effective on"),
    N_("file"),
    N_("filed on"),
    N_("form"),
    N_("given on"),
    N_("kind"),
    N_("share"),
    N_("status"),
    N_("title in Chinese"),
    N_("title in English"),
    N_("lines"),
    N_("origin"),
    N_("finding"),
    N_("parts_by"),
    N_("shares"),
    N_("why"),
)
PROBLEMS = (
    N_("nobody bid"),
    N_("not sold"),
    N_("the venue was down"),
    N_("empty"),
    N_("entered or intended"),
    N_("give a reason"),
    N_("missing"),
    N_("not a class symbol"),
    N_("not one of ours"),
    N_("not text"),
    N_("too many, or one named twice"),
    N_("use smaller terms"),
    N_("1 to 80 characters"),
    N_("a held log has a term, a size and a root"),
    N_("its headers name another message"),
    N_("its sums or its form"),
    N_("none, too many, or twice"),
    N_("1 to 500 characters"),
    N_("1 to 1000 characters"),
)

STATES = (
    N_("in the log"),
    N_("not in the log yet"),
    N_("adopted"),
    N_("agreed"),
    N_("announced"),
    N_("applied"),
    N_("approved"),
    N_("cancelled"),
    N_("certified"),
    N_("closed"),
    N_("concluding"),
    N_("decided"),
    N_("defaulted"),
    N_("deposited"),
    N_("draft"),
    N_("due"),
    N_("effected"),
    N_("effective"),
    N_("entered"),
    N_("failed"),
    N_("forfeited"),
    N_("free"),
    N_("given"),
    N_("held"),
    N_("in_force"),
    N_("intended"),
    N_("issued"),
    N_("lapsed"),
    N_("limited"),
    N_("listed"),
    N_("matched"),
    N_("moved"),
    N_("notice"),
    N_("open"),
    N_("paid"),
    N_("pending"),
    N_("prepared"),
    N_("proposed"),
    N_("qualified"),
    N_("refused"),
    N_("registered"),
    N_("rejected"),
    N_("released"),
    N_("rendered"),
    N_("requested"),
    N_("retired"),
    N_("returned"),
    N_("revoked"),
    N_("settled"),
    N_("signed"),
    N_("sold"),
    N_("submitted"),
    N_("suspended"),
    N_("suspense"),
    N_("terminated"),
    N_("trusted"),
    N_("unknown"),
    N_("unsold"),
    N_("unverified"),
    N_("verified"),
    N_("withdrawn"),
    N_("awarded"),
    N_("declined"),
    N_("disputed"),
    N_("done"),
    N_("ended"),
    N_("final"),
    N_("lost"),
    N_("waiting"),
)

# Codes that are no words by themselves, and what they mean.
MEANT = {
    "named": N_("named in the contract"),
    "offered": N_("with its seller"),
    "assured": N_("held for it"),
    "ready": N_("able to move"),
    "compromised": N_("key disclosed"),
    "received": N_("just received"),
    "asking": N_("being sent"),
    "called": N_("called in"),
    "claiming": N_("claimed in the network"),
    "freed": N_("given free"),
    "guaranteed": N_("guaranteed by the other venue"),
    "none": N_("not asked for"),
    "releasing": N_("being given back"),
    "taken_up": N_("taken up"),
    "right": N_("the right"),
    "accepted": N_("agreed to"),
    "asked": N_("asked for"),
    "filed": N_("handed in at the office"),
    "since": N_("beginning"),
    "member.self": N_("settings of one's own"),
    "member.read": N_("read what concerns the party"),
    "member.act": N_("act for the party"),
    "member.own": N_("decide about the party and its people"),
    "owner": N_("owner"),
    "agent": N_("agent"),
    "viewer": N_("viewer"),
    "The file": N_("the file"),
    "amount_fen": N_("amount"),
    "bank_reference": N_("bank reference"),
    "completeness": N_("completeness"),
    "effective_on": N_("effective on"),
    "filed_on": N_("filed on"),
    "given_on": N_("given on"),
    "ipc": N_("class"),
    "pre_emption": N_("pre-emption"),
    "prohibited": N_("prohibited"),
    "restricted": N_("restricted"),
    "title": N_("title to the right"),
    "title_en": N_("title in English"),
    "title_zh": N_("title in Chinese"),
    "uscc": N_("unified social credit code"),
    "in_force": N_("in force"),
}

_KNOWN = frozenset((*NOUNS, *STATES, *FIELDS, *PROBLEMS, *MEANT))
_JOINTS = (" / ", " | ")


def said(text: str) -> str:
    """`text` in the reader's language if it is a noun or state known here, else as it is."""
    if text in _KNOWN:
        return gettext(MEANT.get(text, text))
    for joint in _JOINTS:
        parts = text.split(joint)
        if len(parts) > 1 and all(part in _KNOWN for part in parts):
            return joint.join(gettext(MEANT.get(part, part)) for part in parts)
    return text


MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def in_chinese() -> bool:
    return (get_language() or "zh-hans").startswith("zh")


def write_day(day: date) -> str:
    """2026年11月20日 / 20 November 2026."""
    if in_chinese():
        return f"{day.year}年{day.month}月{day.day}日"
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def write_moment(at: datetime, seconds: bool = False) -> str:
    """A moment in the venue's zone, as the reader's language writes it."""
    local = at.astimezone(SHANGHAI)
    return (
        f"{write_day(local.date())} {local:%H:%M:%S}"
        if seconds
        else (f"{write_day(local.date())} {local:%H:%M}")
    )
