"""
Components as template tags: `{% load ui %}`. Each is shown living on the page `/style`.

They take plain values (integers of the minor unit, aware datetimes, views) and the reader's
language from Django; none asks the database.
"""

import secrets
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from django import template
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from hutong.doors.problems import sentence_of, sentence_of_code
from hutong.doors.words import MONTHS as MONTHS  # pages take these four from here
from hutong.doors.words import in_chinese as in_chinese
from hutong.doors.words import said as known_said
from hutong.doors.words import write_day as write_day
from hutong.doors.words import write_moment as write_moment
from hutong.kit import money as amounts
from hutong.kit.moments import SHANGHAI
from hutong.kit.refusal import Refused
from hutong.kit.regions import region_name
from hutong.ui.lifecycles import LIFECYCLES, QUIET, State

register = template.Library()

NO_VALUE = SafeString('<span class="text-secondary">—</span>')
WAN, YI = 10_000, 100_000_000


# --- names ---------------------------------------------------------------------------------------


@register.filter
def named(thing: Any) -> str:
    """The thing's name or title in the reader's language, in the other where there is only one.

    Takes a view (or dict) with `name_zh`/`name_en` or `title_zh`/`title_en`; text stays as it is.
    """
    if thing is None or isinstance(thing, str):
        return thing or ""
    if person := _of(thing, "display_name") or _of(thing, "email"):
        return str(person)
    for stem in ("title", "name"):
        zh, en = _of(thing, f"{stem}_zh"), _of(thing, f"{stem}_en")
        if zh or en:
            return (zh or en) if in_chinese() else (en or zh)
    return str(_of(thing, "title") or _of(thing, "name") or thing)


@register.filter
def abstract(thing: Any) -> str:
    zh, en = _of(thing, "abstract_zh"), _of(thing, "abstract_en")
    return ((zh or en) if in_chinese() else (en or zh)) or ""


def _of(thing: Any, name: str) -> Any:
    return thing.get(name) if isinstance(thing, Mapping) else getattr(thing, name, None)


@register.simple_tag
def lang(zh: str | None, en: str | None) -> str:
    """The one of two texts in the reader's language; the other where there is only one."""
    return ((zh or en) if in_chinese() else (en or zh)) or ""


@register.filter
def of(mapping: Mapping[Any, Any] | None, key: Any) -> Any:
    """Look `key` up in a dictionary: `{{ parties|of:listing.seller|named }}`."""
    return (mapping or {}).get(key)


@register.filter
def text_of(value: Any) -> str:
    """Write an enum by its value and anything else as text."""
    return str(getattr(value, "value", value) if value is not None else "")


# --- money, shares, figures ----------------------------------------------------------------------


@register.simple_tag
def money(amount: int | None, currency: str = "CNY", capitals: bool = False) -> SafeString:
    """An amount with its unit, and in Chinese capitals where the law wants them."""
    if amount is None:
        return NO_VALUE
    sign = "−" if amount < 0 else ""
    written = sign + amounts.with_unit(abs(amount), currency)
    figure = format_html('<span class="money">{}</span>', written)
    if capitals and currency == "CNY":
        words = amounts.in_capitals(amount)
        return format_html(
            '{} <span class="capitals" lang="zh">{}</span>', figure, f"人民币{words}"
        )
    return figure


@register.simple_tag(name="capitals")
def in_words(amount: int | None, currency: str = "CNY") -> SafeString:
    """A yuan amount in Chinese capitals alone, beside its figures."""
    if amount is None or currency != "CNY":
        return SafeString("")
    words = f"人民币{amounts.in_capitals(amount)}"
    return format_html('<span class="capitals" lang="zh">{}</span>', words)


@register.simple_tag
def money_short(amount: int | None, currency: str = "CNY") -> str:
    """A headline amount: 45.8 万元 / ¥458 k, 39.31 亿元 / ¥3.93 bn. Exact amounts use `money`."""
    if amount is None:
        return "—"
    yuan = Fraction(amount, 10 ** amounts.MINOR_UNITS.get(currency, 2))
    if in_chinese() and currency == "CNY":
        if yuan >= YI:
            return f"{_rounded(yuan / YI)} 亿元"
        if yuan >= WAN:
            return f"{_rounded(yuan / WAN)} 万元"
        return f"{_rounded(yuan)} 元"
    sign = amounts.SIGNS.get(currency, currency + " ")
    for size, unit in ((10**9, " bn"), (10**6, " m"), (10**3, " k")):
        if yuan >= size:
            return f"{sign}{_rounded(yuan / size)}{unit}"
    return f"{sign}{_rounded(yuan)}"


def _rounded(value: Fraction) -> str:
    hundredths = round(value * 100)
    text = f"{hundredths // 100:,}.{hundredths % 100:02d}"
    return text.rstrip("0").rstrip(".")


@register.filter
def share(value: Any) -> str:
    """An exact share: 1/3, or a percentage where that is exact (1/4 → 25%)."""
    if value is None or value == "":
        return "—"
    fraction = Fraction(value)
    percent = fraction * 100
    if percent.denominator == 1:
        return f"{percent.numerator}%"
    return f"{fraction.numerator}/{fraction.denominator}"


@register.filter
def percent_bp(basis_points: int) -> str:
    return f"{_rounded(Fraction(basis_points, 100))}%"


@register.filter
def grouped(number: int | None) -> str:
    return "—" if number is None else f"{number:,}"


@register.filter
def short(digest: Any) -> str:
    """The first twelve signs of a digest or id; the whole belongs in a `title`."""
    text = digest.hex() if isinstance(digest, bytes) else str(digest or "")
    return text[:12] + ("…" if len(text) > 12 else "")


# --- time ----------------------------------------------------------------------------------------


def _moment(value: Any) -> datetime | None:
    return parse_datetime(value) if isinstance(value, str) else value


@register.simple_tag
def moment(value: datetime | str | None, seconds: bool = False) -> SafeString:
    """A moment in the venue's zone: 2026年11月20日 09:30 / 20 November 2026 09:30."""
    at = _moment(value)
    if at is None:
        return NO_VALUE
    return format_html('<time datetime="{}">{}</time>', at.isoformat(), write_moment(at, seconds))


@register.filter
def clock(at: datetime) -> str:
    """Only the time of day, to the second, in the venue's zone."""
    return f"{at.astimezone(SHANGHAI):%H:%M:%S}"


@register.simple_tag
def day(value: date | datetime | str | None) -> SafeString:
    read: Any = parse_datetime(value) or parse_date(value) if isinstance(value, str) else value
    if read is None:
        return NO_VALUE
    on: date = read.astimezone(SHANGHAI).date() if isinstance(read, datetime) else read
    return format_html('<time datetime="{}">{}</time>', on.isoformat(), write_day(on))


@register.simple_tag
def countdown(value: datetime | str | None) -> SafeString:
    """Time left by the venue's clock; without JavaScript the end itself is read."""
    at = _moment(value)
    if at is None:
        return NO_VALUE
    return format_html(
        '<time class="countdown" datetime="{}" data-ends="{}" data-days="{}" data-over="{}">{}</time>',
        at.isoformat(),
        at.isoformat(),
        gettext("{n} d").format(n="#"),
        gettext("ended"),
        write_moment(at),
    )


@register.simple_tag
def age(since: datetime | str | None, now: datetime) -> str:
    """How long something has waited, in its largest unit."""
    at = _moment(since)
    if at is None:
        return "—"
    seconds = max(0, int((now - at).total_seconds()))
    if seconds >= 86_400:
        return gettext("{n} d").format(n=seconds // 86_400)
    if seconds >= 3_600:
        return gettext("{n} h").format(n=seconds // 3_600)
    return gettext("{n} min").format(n=seconds // 60)


# --- states --------------------------------------------------------------------------------------


def _state(lifecycle: str, code: Any) -> State:
    code = text_of(code)
    known = LIFECYCLES[lifecycle].state(code) if lifecycle in LIFECYCLES else None
    return known or State(code, code.replace("_", " "), QUIET)


@register.simple_tag
def state(lifecycle: str, code: Any) -> SafeString:
    """A state badge: `{% state "deal" deal.status %}`."""
    known = _state(lifecycle, code)
    return format_html(
        '<span class="state state-{}" data-state="{}">{}</span>',
        known.tone,
        known.code,
        gettext(known.label) if known.label else "—",
    )


@register.simple_tag
def state_word(lifecycle: str, code: Any) -> str:
    """Only the state's name, for places where a badge cannot stand."""
    return gettext(_state(lifecycle, code).label)


@register.inclusion_tag("ui/parts/steps.html")
def steps(lifecycle: str, code: Any) -> dict[str, Any]:
    """The ordinary course with the present step marked; an exit is added at its end."""
    code = text_of(code)
    course = list(LIFECYCLES[lifecycle].course)
    reached = next((i for i, step in enumerate(course) if step.code == code), None)
    if reached is None:
        course, reached = [course[0], _state(lifecycle, code)], 1
    return {
        "items": [
            {
                "label": gettext(step.label),
                "done": i < reached,
                "current": i == reached,
                "tone": step.tone,
            }
            for i, step in enumerate(course)
        ]
    }


# --- parts ---------------------------------------------------------------------------------------


@register.simple_tag
def party(view: Any, fallback: str = "") -> SafeString:
    """A party's name in the reader's language, with a mark when it is verified."""
    if view is None:
        return format_html('<span class="text-secondary">{}</span>', fallback or "—")
    if text_of(_of(view, "status")) == "verified":
        return format_html(
            '<span class="party">{} <span class="verified" title="{}">✓<span class="visually-hidden">{}'
            "</span></span></span>",
            named(view),
            gettext("Verified"),
            gettext("Verified"),
        )
    return format_html('<span class="party">{}</span>', named(view))


@register.inclusion_tag("ui/parts/empty.html")
def empty(title: str, hint: str = "", href: str = "", label: str = "") -> dict[str, str]:
    """An empty state that says what to do."""
    return {"title": title, "hint": hint, "href": href, "label": label}


@register.inclusion_tag("ui/parts/problem.html")
def problem(fault: Any) -> dict[str, Any]:
    """Say what a rule refused, and which rule it was. Takes a `Refused`, a problem dict or text."""
    if not fault:
        return {}
    if isinstance(fault, Refused):
        return {
            "shown": True,
            "text": sentence_of(fault),
            "rule": fault.reason.rule,
            "code": fault.reason.code,
        }
    if isinstance(fault, Mapping):
        text = fault.get("detail") or fault.get("title") or fault.get("text")
        faults = fault.get("faults") or []
        if not text and faults:
            text = gettext("Something in the form is not right.")
        return {
            "shown": True,
            "text": text,
            "rule": fault.get("rule"),
            "code": fault.get("code"),
            "faults": faults,
        }
    text, rule = _of(fault, "text"), _of(fault, "rule")
    return {"shown": True, "text": text or str(fault), "rule": rule, "code": _of(fault, "code")}


@register.simple_tag
def once() -> SafeString:
    """A token in a form, so that sending it twice acts once."""
    return format_html('<input type="hidden" name="_once" value="{}">', secrets.token_urlsafe(18))


CONTROLS = {
    "Select": "form-select",
    "SelectMultiple": "form-select",
    "CheckboxInput": "form-check-input",
    "RadioSelect": "",
    "CheckboxSelectMultiple": "",
}


@register.simple_tag
def control(bound: Any) -> SafeString:
    """A field's control alone, for filters whose labels stand elsewhere."""
    kind = bound.field.widget.__class__.__name__
    return bound.as_widget(attrs={"class": CONTROLS.get(kind, "form-control")})


@register.inclusion_tag("ui/parts/field.html")
def field(bound: Any, help: str = "", rule: str = "") -> dict[str, Any]:
    """One form field: label, control, why it is asked, what is wrong."""
    kind = bound.field.widget.__class__.__name__
    control = CONTROLS.get(kind, "form-control")
    described = [f"{bound.auto_id}_help"] if (help or bound.help_text) else []
    attributes: dict[str, str] = {"class": control + (" is-invalid" if bound.errors else "")}
    if bound.errors:
        described.append(f"{bound.auto_id}_error")
        attributes["aria-invalid"] = "true"
    if described:
        attributes["aria-describedby"] = " ".join(described)
    return {
        "bound": bound,
        "control": bound.as_widget(attrs=attributes),
        "kind": kind,
        "help": help or bound.help_text,
        "rule": rule,
    }


@register.inclusion_tag("ui/parts/pages.html", takes_context=True)
def pages(context: Mapping[str, Any], next_cursor: str | None) -> dict[str, Any]:
    """A link to the next page of a list, keeping the filters."""
    request = context.get("request")
    query = request.GET.copy() if request else None
    if query is None or not next_cursor:
        return {"next": ""}
    query["cursor"] = next_cursor
    return {"next": f"?{query.urlencode()}"}


@register.filter
def labelled(code: Any, words: Mapping[str, str]) -> str:
    """Translate a code by a dictionary of msgids; an unknown code is shown as written."""
    text = text_of(code)
    return gettext(words[text]) if text in words else text


@register.filter
def said(text: Any) -> str:
    """A noun, state or problem of ours in the reader's language; other text as it is."""
    return known_said(str(text or ""))


@register.filter
def because(thing: Any) -> str:
    """Why a thing stands still: in an officer's words, or by a cause said in the reader's."""
    cause = getattr(thing, "suspended_for", None)
    return sentence_of_code(cause) if cause else known_said(getattr(thing, "suspended_because", ""))


@register.filter
def pair(code: Any, names: Mapping[Any, tuple[str, str]]) -> str:
    """Name a code by a table of (Chinese, English)."""
    zh, en = names.get(code) or (text_of(code), text_of(code))
    return zh if in_chinese() else en


@register.filter
def region(code: str) -> str:
    """A region by its name in the reader's language."""
    name = region_name(code)
    return name.zh if in_chinese() else name.en


@register.filter
def regions(codes: Sequence[str] | None) -> str:
    """Regions by name, as a list."""
    return listed([region(code) for code in codes or ()])


@register.filter
def listed(values: Sequence[Any] | None) -> str:
    """Join values as the language does: 甲、乙 / a, b."""
    return ("、" if in_chinese() else ", ").join(str(value) for value in values or ())
