"""
What an entry says, as a form: filled with what stands, read back as what should have stood (RR-8).

    form = CorrectionForm(entry, …)     fields of the entry's kind, beside reason and evidence
    form.act()                          the act that replaces it; Refused where it is none
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from fractions import Fraction
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hutong.kit.refusal import CommonRefusal, Refused
from hutong.parties import queries as parties
from hutong.rights.acts import Act, EntryKind, FirstRegistration, Redistribution
from hutong.rights.acts_written import act_facts, act_from
from hutong.rights.queries import EntryView
from hutong.rights.scope import Field, Scope, Term, Territory
from hutong.rights.shares import Holdings, parse_share
from hutong.ui import words
from hutong.ui.fields import DayField, FilesField, ShareField, YuanField
from hutong.ui.words import choices

IDENTIFIERS = ("uscc", "lei", "ror")
LICENCE = (
    *("licensee", "mode", "territory", "without", "ipc", "industries"),
    *("starts_on", "ends_on", "sublicensable"),
)
ASKED: dict[EntryKind, tuple[str, ...]] = {
    EntryKind.FIRST_REGISTRATION: ("ownership", "disposal", "income"),
    EntryKind.REDISTRIBUTION: ("ownership", "disposal", "income"),
    EntryKind.TRANSFER: ("giver", "taker", "share"),
    EntryKind.EMPOWERMENT: ("giver", "shares"),
    EntryKind.LICENCE: LICENCE,
    EntryKind.SUBLICENCE: LICENCE,
    EntryKind.LONG_TERM_USE: LICENCE,
    EntryKind.SURRENDER: (),
    EntryKind.TERMINATION: ("authority", "paper"),
    EntryKind.FREEZE: ("authority", "paper"),
    EntryKind.LIFT: ("authority", "paper"),
    EntryKind.PLEDGE: ("pledgee", "rank", "secured_fen", "debt_due_on"),
    EntryKind.CONSENT: ("kinds", "until", "taker", "proceeds"),
    EntryKind.PRE_EMPTION: ("holder", "origin", "words"),
    EntryKind.STATE_FUNDING: ("programme", "authority", "paper"),
    EntryKind.RELEASE: (),
    EntryKind.CANCELLATION: ("authority", "paper"),
}


def codes_in(text: str) -> list[str]:
    """Codes as people type them, with commas of either width or spaces between."""
    for sign in "，、 \n\t":
        text = text.replace(sign, ",")
    return [code for code in text.split(",") if code]


def party_named(text: str, field: str = "") -> UUID:
    """A party by an identifier of its, as in the public register, or by its id there."""
    wanted = text.strip()
    for scheme in IDENTIFIERS:
        if view := parties.party_by_identifier(scheme, wanted):
            return view.id
    try:
        by_id = UUID(wanted)
    except ValueError:
        by_id = None
    if by_id is not None and by_id in parties.parties([by_id]):
        return by_id
    raise Refused(
        CommonRefusal.INVALID,
        field=field or gettext("The other party"),
        problem=gettext("nobody is registered under “{name}”").format(name=wanted[:80]),
    )


def written_parties(ids: Iterable[UUID]) -> dict[UUID, str]:
    """How `party_named` finds each again: its identifier, or its id where it has none."""
    wanted = list(ids)
    known = parties.parties(wanted)
    found = {id: dict(known[id].identifiers) if id in known else {} for id in wanted}
    return {
        id: next((of[scheme] for scheme in IDENTIFIERS if scheme in of), str(id))
        for id, of in found.items()
    }


def holders_in(text: str) -> list[tuple[UUID, Fraction]]:
    """Holders with their shares, one a line: identifier, then share."""
    found = []
    for line in text.splitlines():
        if line.strip():
            name, _space, part = line.strip().rpartition(" ")
            found.append((party_named(name, gettext("Holders")), parse_share(part)))
    return found


def written_holders(shares: Mapping[UUID, Any]) -> str:
    """Holders with their shares as `holders_in` reads them."""
    named = written_parties(shares)
    return "\n".join(f"{named[party]} {share}" for party, share in shares.items())


def _lines(label: Any, *, required: bool = True) -> forms.Field:
    return forms.CharField(
        label=label,
        required=required,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("One a line: the party's identifier, then its share, as in 91310000… 1/3."),
    )


def _party(label: Any, *, required: bool = True) -> forms.Field:
    return forms.CharField(
        label=label,
        required=required,
        max_length=60,
        help_text=_("By its identifier, such as 91310000…."),
    )


def _codes(label: Any, help_text: Any = "") -> forms.Field:
    return forms.CharField(label=label, required=False, max_length=2_000, help_text=help_text)


def _choice(label: Any, of: words.Words) -> forms.Field:
    return forms.ChoiceField(label=label, choices=choices(of))


FIELDS: dict[str, Callable[[], forms.Field]] = {
    "ownership": lambda: _lines(_("Holders of ownership")),
    "disposal": lambda: _lines(_("Holders of disposal, where others"), required=False),
    "income": lambda: _lines(_("Holders of income, where others"), required=False),
    "shares": lambda: _lines(_("Who was given which share")),
    "giver": lambda: _party(_("Given by")),
    "taker": lambda: _party(_("Given to")),
    "licensee": lambda: _party(_("Licensee")),
    "pledgee": lambda: _party(_("Pledgee")),
    "holder": lambda: _party(_("Who may come first")),
    "share": lambda: ShareField(label=_("Share of the whole")),
    "mode": lambda: _choice(_("Mode"), words.LICENCE_MODES),
    "territory": lambda: _codes(
        _("Territory"), _("Codes such as CN, 310000, US; the whole world when empty.")
    ),
    "without": lambda: _codes(_("Without")),
    "ipc": lambda: _codes(
        _("Field of use"), _("IPC classes such as H01M; every field when empty.")
    ),
    "industries": lambda: _codes(_("Industries"), _("Codes of GB/T 4754, such as C39.")),
    "starts_on": lambda: DayField(label=_("Begins on")),
    "ends_on": lambda: DayField(label=_("Ends on")),
    "sublicensable": lambda: forms.BooleanField(label=_("Sublicences are allowed"), required=False),
    "rank": lambda: forms.IntegerField(label=_("Rank"), min_value=1, max_value=100),
    "secured_fen": lambda: YuanField(label=_("Secured debt (yuan)")),
    "debt_due_on": lambda: DayField(label=_("Debt due on"), required=False),
    "kinds": lambda: forms.MultipleChoiceField(
        label=_("Consent to"),
        choices=choices(words.CONSENT_KINDS),
        widget=forms.CheckboxSelectMultiple,
    ),
    "until": lambda: DayField(label=_("Until")),
    "proceeds": lambda: _choice(_("What becomes of the price"), words.PROCEEDS),
    "origin": lambda: _choice(_("Origin"), words.PRE_EMPTION_ORIGINS),
    "words": lambda: forms.CharField(label=_("In its words"), required=False, max_length=400),
    "authority": lambda: forms.CharField(label=_("Court or authority"), max_length=200),
    "paper": lambda: forms.CharField(label=_("Its paper, by number"), max_length=200),
    "programme": lambda: forms.CharField(label=_("Programme"), max_length=200),
}
PARTIES = frozenset({"giver", "taker", "licensee", "pledgee", "holder"})
SCOPE = ("territory", "without", "ipc", "industries", "starts_on", "ends_on")
POWERS = ("ownership", "disposal", "income")


class PreEmptionForm(forms.Form):
    """A pre-emption to be noted: for whom, by which law or contract (AU-8)."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in ("holder", "origin", "words"):
            self.fields[name] = FIELDS[name]()
        self.fields["evidence"] = FilesField(label=_("Evidence"))


class CorrectionForm(forms.Form):
    """An entry as it stands, to be put right."""

    def __init__(self, entry: EntryView, *args: Any, **options: Any) -> None:
        self.entry = entry
        super().__init__(*args, initial=_standing(entry), **options)
        self.asked = ASKED.get(entry.kind, ())
        for name in self.asked:
            self.fields[name] = FIELDS[name]()
        if entry.kind is EntryKind.CONSENT:
            self.fields["taker"].required = False
        self.fields["effective_on"] = DayField(label=_("In effect since"))
        self.fields["reason"] = forms.CharField(
            label=_("What is wrong"), max_length=4_000, widget=forms.Textarea(attrs={"rows": 3})
        )
        self.fields["evidence"] = FilesField(label=_("Evidence"))

    @property
    def effective_on(self) -> date:
        found: date = self.cleaned_data["effective_on"]
        return found

    def act(self) -> Act:
        """What should have stood. Refuses parties and codes nobody knows."""
        typed, facts = self.cleaned_data, dict(self.entry.facts)
        if "ownership" in self.asked:
            return self._holdings()
        for name in self.asked:
            value = typed[name]
            if name in PARTIES:
                label = str(self.fields[name].label)
                value = str(party_named(value, label)) if value.strip() else None
            elif name == "shares":
                value = [[str(party), str(share)] for party, share in holders_in(value)]
            elif name == "share":
                value = str(value)
            elif isinstance(value, date):
                value = value.isoformat()
            facts[name] = value
        if "territory" in self.asked:
            facts["scope"] = Scope(
                Territory.of(codes_in(typed["territory"]) or ["WORLD"], codes_in(typed["without"])),
                Field.of(codes_in(typed["ipc"]), codes_in(typed["industries"])),
                Term.of(typed["starts_on"], typed["ends_on"]),
            ).facts()
        return act_from(self.entry.kind, facts, self.entry.holdings)

    def _holdings(self) -> Act:
        typed = self.cleaned_data
        others = [holders_in(typed[power]) or None for power in ("disposal", "income")]
        holdings = Holdings.of(holders_in(typed["ownership"]), *others)
        if self.entry.kind is EntryKind.FIRST_REGISTRATION:
            return FirstRegistration(holdings=holdings)
        stood = act_from(self.entry.kind, self.entry.facts, self.entry.holdings)
        assert isinstance(stood, Redistribution), "nothing else has holdings to redistribute"
        return Redistribution(holdings=holdings, joined=stood.joined | holdings.parties())


def _standing(entry: EntryView) -> dict[str, Any]:
    """What the form shows at first: what the entry says."""
    act = act_from(entry.kind, entry.facts, entry.holdings)
    facts = act_facts(act)
    found: dict[str, Any] = {"effective_on": entry.effective_on, **facts}
    if isinstance(act, FirstRegistration | Redistribution):
        owners = act.holdings.ownership
        for power in POWERS:
            held = getattr(act.holdings, power)
            found[power] = written_holders(held) if power == "ownership" or held != owners else ""
    if "scope" in facts:
        scope = facts["scope"]
        found |= {name: scope[name] for name in SCOPE}
        for name in ("territory", "without", "ipc", "industries"):
            found[name] = ", ".join(scope[name])
    named = {name: UUID(found[name]) for name in PARTIES & found.keys() if found[name]}
    written = written_parties(named.values())
    found |= {name: written[party] for name, party in named.items()}
    if "shares" in facts:
        found["shares"] = written_holders({UUID(p): share for p, share in facts["shares"]})
    return found
