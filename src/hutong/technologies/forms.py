"""
The form of a technology: what it asks for, grouped as people think of it, and whose kind has what (TE-1).

Reading is the area's own (`technologies.reading`), the same for forms and workbooks; what it finds
wrong stands at its field.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from hutong.kit.refusal import Refused
from hutong.technologies.faults import retold, told
from hutong.technologies.industries import DIVISIONS
from hutong.technologies.queries import RunView, TechnologyView
from hutong.technologies.records import NUMBER_ROLES
from hutong.technologies.rules import (
    KIND_NAMES,
    LEGAL_STATUS_NAMES,
    STATUTORY,
    Kind,
    Refusal,
)
from hutong.ui.fields import DayField
from hutong.ui.groups import Group, grouped
from hutong.ui.templatetags.ui import in_chinese

FAULTS_SHOWN = 200
# GB/T 22900: what has been shown so far.
READINESS = (
    _("1 · the principle is observed"),
    _("2 · the use is thought out"),
    _("3 · shown in the laboratory: the principle"),
    _("4 · shown in the laboratory: a model"),
    _("5 · shown in conditions like the real ones: a part"),
    _("6 · shown in conditions like the real ones: a prototype"),
    _("7 · shown in real use: a prototype"),
    _("8 · built and qualified"),
    _("9 · proven in real use"),
)
NUMBERS = (
    (
        "application_number",
        _("Application number"),
        _(
            "As on the office's paper, with its check digit: 201710601862.3; ZL may stand before it."
        ),
    ),
    ("publication_number", _("Publication number"), _("As in CN117151122A.")),
    ("grant_number", _("Grant number"), _("As in CN111504366B or CN215792497U.")),
    (
        "registration_number",
        _("Registration number"),
        _("Of software 2019SR0123456, of layouts BS.…, of plant varieties CNA…."),
    ),
)
LISTS = ("ipc", "fields", "keywords", "inventors", "funding")
DIVIDED = _("Several are divided by semicolons.")


GROUPS = (
    Group(
        _("What it is"),
        _("Kind and one title are enough to begin. Buyers in the other language read the second."),
        "TE-1",
        ("kind", "title_zh", "title_en", "abstract_zh", "abstract_en"),
    ),
    Group(
        _("Its numbers"),
        _("They tell which right it is; one right enters once, in the whole network."),
        "TE-3",
        (*(name for name, _label, _hint in NUMBERS), "legal_status", "applied_on", "expires_on"),
    ),
    Group(
        _("How it is found"),
        _("Buyers search and are matched by these."),
        "TE-1",
        ("ipc", "industry", "fields", "keywords", "trl"),
    ),
    Group(
        _("Who made it, with whose money"),
        _("State money brings duties when the right is sold, and rights of the inventors."),
        "RR-9",
        ("inventors", "funding", "state_funded"),
    ),
)


class TechnologyForm(forms.Form):
    """One technology. `required` is the reading's business: fields differ by kind."""

    kind = forms.ChoiceField(label=_("Kind"))
    title_zh = forms.CharField(label=_("Title in Chinese"), required=False, max_length=500)
    title_en = forms.CharField(label=_("Title in English"), required=False, max_length=500)
    abstract_zh = forms.CharField(
        label=_("Abstract in Chinese"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    abstract_en = forms.CharField(
        label=_("Abstract in English"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    legal_status = forms.ChoiceField(
        label=_("Legal status"),
        required=False,
        help_text=_("Unknown may enter, but not be listed; lapsed cannot be listed."),
    )
    applied_on = DayField(label=_("Applied on"), required=False)
    expires_on = DayField(
        label=_("Expires on"), required=False, help_text=_("The right's last day.")
    )
    ipc = forms.CharField(
        label=_("IPC classes"),
        required=False,
        help_text=_("As on the office's paper: G06F16/33; G06N3/08. Any level will do."),
    )
    industry = forms.CharField(
        label=_("Industry (GB/T 4754)"),
        required=False,
        max_length=6,
        widget=forms.TextInput(attrs={"list": "industries", "autocomplete": "off"}),
        help_text=_("Type a word to pick the division; a finer code such as C3913 is fine."),
    )
    trl = forms.ChoiceField(
        label=_("Readiness (TRL)"),
        required=False,
        choices=[("", "—"), *((str(n), text) for n, text in enumerate(READINESS, 1))],
    )
    state_funded = forms.NullBooleanField(
        label=_("State-funded"),
        required=False,
        widget=forms.Select(choices=[("", "—"), ("true", _("yes")), ("false", _("no"))]),
    )

    def __init__(self, *args: Any, view: TechnologyView | None = None, **options: Any) -> None:
        if view is not None:
            options.setdefault("initial", said_of(view))
        super().__init__(*args, **options)
        self.view = view
        language = 0 if in_chinese() else 1
        self.fields["kind"].choices = [
            (kind.value, names[language])
            for kind, names in KIND_NAMES.items()
            if kind is not Kind.BUNDLE or (view and view.kind is Kind.BUNDLE)
        ]
        self.fields["legal_status"].choices = [
            ("", "—"),
            *((status.value, names[language]) for status, names in LEGAL_STATUS_NAMES.items()),
        ]
        for name, label, hint in NUMBERS:
            self.fields[name] = forms.CharField(
                label=label, required=False, max_length=200, help_text=hint
            )
        for name, label in (
            ("fields", _("Fields")),
            ("keywords", _("Keywords")),
            ("inventors", _("Inventors")),
            ("funding", _("Funding")),
        ):
            self.fields[name] = forms.CharField(
                label=label, required=False, max_length=20_000, help_text=DIVIDED
            )
        if view is not None and view.registered:
            for name in ("kind", "title_zh", "title_en", *(n for n, _l, _h in NUMBERS)):
                self.fields[name].disabled = True

    def groups(self) -> Iterator[tuple[Group, list[tuple[Any, str]]]]:
        return grouped(self, GROUPS, kinds_with)

    def said(self) -> dict[str, Any]:
        """What is said, as `technologies.reading` takes it; what is left empty, too."""
        said = dict(self.cleaned_data)
        if self.view is None:
            said = {name: value for name, value in said.items() if value not in ("", None)}
        return said

    def take(self, refused: Refused) -> bool:
        """Put the faults of a record at their fields. False when the refusal is about another thing."""
        if refused.reason is not Refusal.RECORD_INVALID:
            return False
        for fault in refused.facts["faults"]:
            told = retold(fault, gettext)
            name = told["field"] if told["field"] in self.fields else None
            self.add_error(name, f"{told['wrong']} {told['mend']}")
        return True


def kinds_with(field: str) -> Sequence[str]:
    """The kinds that have a field; none named: every kind has it."""
    if field.endswith("_number"):
        role = field.removesuffix("_number")
        return [k.value for k, roles in NUMBER_ROLES.items() if role in {r.value for r in roles}]
    if field in ("legal_status", "applied_on", "expires_on"):
        return sorted(kind.value for kind in STATUTORY)
    return []


def said_of(view: TechnologyView) -> dict[str, Any]:
    """What a technology says, as the form shows it."""
    texts: Mapping[str, Any] = {
        "kind": view.kind.value,
        "title_zh": view.title_zh,
        "title_en": view.title_en,
        "abstract_zh": view.abstract_zh,
        "abstract_en": view.abstract_en,
        "legal_status": view.legal_status.value if view.legal_status else "",
        "applied_on": view.applied_on,
        "expires_on": view.expires_on,
        "industry": view.industry,
        "trl": str(view.trl or ""),
        "state_funded": view.state_funded,
    }
    numbers = {f"{role}_number": number for role, number in view.numbers.items()}
    return {**texts, **numbers, **{name: "; ".join(getattr(view, name)) for name in LISTS}}


def industry_options() -> list[tuple[str, str]]:
    """Codes with their names, for the picker."""
    zh = in_chinese()
    return [(one.code, one.zh if zh else one.en) for one in DIVISIONS.values()]


def run_in_words(run: RunView) -> dict[str, Any]:
    """A file handed in, for its page: its faults and why it was refused, in the reader's language."""
    refused = run.refusal or {}
    said = refused.get("said", {})
    return {
        "run": run,
        "faults": [told(fault, gettext) for fault in run.faults[:FAULTS_SHOWN]],
        "refusal": {
            "text": said.get(get_language() or "zh-hans") or next(iter(said.values()), ""),
            "rule": refused.get("rule", ""),
        },
    }
