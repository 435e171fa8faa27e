"""
My technologies: what my party has entered, one by one; its documents, its bundles (TE-1 … TE-4).
"""

from collections.abc import Callable
from fractions import Fraction
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hutong.documents import actions as document_actions
from hutong.documents import queries as documents
from hutong.documents.rules import Access
from hutong.kit.actor import ACT
from hutong.kit.ids import subject
from hutong.kit.moments import local_date
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.my.imports import WorkbookForm
from hutong.my.uploads import store
from hutong.my.words import ACCESS, NUMBERS
from hutong.rights import queries as rights
from hutong.technologies import actions, queries
from hutong.technologies.forms import TechnologyForm, industry_options
from hutong.technologies.queries import Filters
from hutong.technologies.rules import KIND_NAMES, Kind, Status, equal_split
from hutong.ui.door import Acts, as_member, member, posted_id
from hutong.ui.fields import FilesField
from hutong.ui.lifecycles import LIFECYCLES
from hutong.ui.templatetags.ui import in_chinese, named
from hutong.ui.words import choices
from hutong.venues import queries as venues

PAGE = 30
BUNDLE_MOST = 200


class FindForm(forms.Form):
    number = forms.CharField(label=_("Number"), required=False, max_length=60)
    kind = forms.ChoiceField(label=_("Kind"), required=False)
    status = forms.ChoiceField(label=_("State"), required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        language = 0 if in_chinese() else 1
        self.fields["kind"].choices = [
            ("", _("all")),
            *((kind.value, names[language]) for kind, names in KIND_NAMES.items()),
        ]
        states = {state.code: state.label for state in LIFECYCLES["technology"].course}
        self.fields["status"].choices = [("", _("on the market")), *choices(states)]

    def filters(self, party: UUID) -> Filters:
        typed = self.cleaned_data if self.is_valid() else {}
        return Filters(
            party=party,
            number=typed.get("number") or None,
            kind=Kind(typed["kind"]) if typed.get("kind") else None,
            status=Status(typed["status"]) if typed.get("status") else None,
        )


class DocumentForm(forms.Form):
    files = FilesField(
        label=_("Files"), help_text=_("PDF, pictures, Office files; each at most 50 MB.")
    )
    access = forms.ChoiceField(label=_("Who may read them"), choices=choices(ACCESS))


class BundleForm(forms.Form):
    title_zh = forms.CharField(label=_("Title in Chinese"), required=False, max_length=500)
    title_en = forms.CharField(label=_("Title in English"), required=False, max_length=500)
    parts = forms.MultipleChoiceField(
        label=_("Technologies in it"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("At least two, entered and your own. The price is split evenly among them."),
    )
    carve_out = forms.BooleanField(label=_("Parts may also be sold one by one"), required=False)


@member
def index(request: HttpRequest) -> HttpResponse:
    """What my party has entered; the workbook's door."""
    actor, now = as_member(request.actor), request.now
    party = actor.acting_party()
    find = FindForm(request.GET or None)
    page = queries.page(
        find.filters(party), local_date(now), cursor=request.GET.get("cursor"), limit=PAGE
    )
    return render(
        request,
        "my/technologies.html",
        {
            "technologies": page["items"],
            "next": page["next"],
            "kinds": KIND_NAMES,
            "find": find,
            "filtered": any(request.GET.get(name) for name in find.fields),
            "form": WorkbookForm(),
            "runs": queries.runs(party, limit=5),
        },
    )


@member
def enter(request: HttpRequest) -> HttpResponse:
    actor, now = as_member(request.actor), request.now
    actor.acting_party()
    form = TechnologyForm(request.POST or None)
    acts = Acts(request)
    acts.on(
        "enter",
        _told(form, lambda: actions.enter(actor=actor, now=now, said=form.said())),
        said=gettext("Entered."),
        to=lambda made: f"/my/technologies/{made.id}",
        form=form,
    )
    acts.on(
        "intend",
        _told(form, lambda: actions.intend(actor=actor, now=now, said=form.said())),
        said=gettext("Announced. Enter it when it has its number."),
        to=lambda made: f"/my/technologies/{made.id}",
        form=form,
    )
    if answer := acts.answer():
        return answer
    return _form(request, form, acts)


@member
def edit(request: HttpRequest, id: UUID) -> HttpResponse:
    """Change what is said of a technology; what the register shows stands (RR-8)."""
    actor, now = as_member(request.actor), request.now
    technology = _mine(actor, id)
    form = TechnologyForm(request.POST or None, view=technology)
    acts = Acts(request)
    acts.on(
        "save",
        _told(
            form,
            lambda: actions.update(actor=actor, now=now, technology=id, changes=form.said()),
        ),
        said=gettext("Saved."),
        to=lambda made: f"/my/technologies/{made.id}",
        form=form,
    )
    if answer := acts.answer():
        return answer
    return _form(request, form, acts, technology)


def _told(form: TechnologyForm, act: Callable[[], Any]) -> Callable[[], Any]:
    """Do `act`; what it finds wrong with the record is put at the fields."""

    def done() -> Any:
        try:
            return act()
        except Refused as refused:
            form.take(refused)
            raise

    return done


def _form(
    request: HttpRequest,
    form: TechnologyForm,
    acts: Acts,
    technology: queries.TechnologyView | None = None,
) -> HttpResponse:
    return render(
        request,
        "my/technology_form.html",
        {
            "form": form,
            "t": technology,
            "industries": industry_options(),
            "problem": None if form.errors else acts.problem,
        },
        status=acts.status,
    )


def _mine(actor: Any, id: UUID) -> queries.TechnologyView:
    technology = queries.technology(id)
    if technology.party != actor.acting_party():
        raise Refused(CommonRefusal.NOT_FOUND, what="technology")
    return technology


@member
def one(request: HttpRequest, id: UUID) -> HttpResponse:
    """One of mine: what comes next, documents, retiring."""
    actor, now = as_member(request.actor), request.now
    attaching = request.POST.get("act") == "attach"
    form = DocumentForm(request.POST if attaching else None, request.FILES if attaching else None)
    technology = queries.technology(id)
    if technology.party != actor.party:
        return HttpResponseRedirect(f"/technologies/{id}")
    acts = Acts(request)
    acts.on("attach", lambda: _attach(request, id, form), said=gettext("Attached."), form=form)
    acts.on(
        "access",
        lambda: document_actions.change_access(
            actor=actor,
            now=now,
            document=_own_document(request, actor, id),
            access=Access(request.POST["access"]),
        ),
        said=gettext("Changed."),
    )
    acts.on(
        "remove",
        lambda: document_actions.remove(
            actor=actor, now=now, document=_own_document(request, actor, id)
        ),
        said=gettext("Removed."),
    )
    acts.on(
        "enter",
        lambda: actions.enter_intended(actor=actor, now=now, technology=id),
        said=gettext("Entered."),
    )
    acts.on(
        "retire",
        lambda: actions.retire(
            actor=actor, now=now, technology=id, reason=request.POST.get("reason", "")
        ),
        said=gettext("Taken off the market."),
    )
    if answer := acts.answer():
        return answer
    return render(
        request,
        "my/technology.html",
        {
            "t": technology,
            "legal": technology.legal_status_on(local_date(now)),
            "title": rights.title(id),
            "joined": bool(venues.others()),
            "applications": rights.applications(actor, technology=id)["items"],
            "parts": queries.technologies(technology.parts),
            "documents": documents.of_owner(subject("technology", id)),
            "access": ACCESS,
            "numbers": NUMBERS,
            "form": form,
            "kinds": KIND_NAMES,
            "problem": acts.problem,
        },
        status=acts.status,
    )


def _attach(request: HttpRequest, id: UUID, form: DocumentForm) -> None:
    as_member(request.actor).need(ACT)
    for upload in form.cleaned_data["files"]:
        store(request, subject("technology", id), upload, Access(form.cleaned_data["access"]))


def _own_document(request: HttpRequest, actor: Any, technology: UUID) -> UUID:
    """The document a form names, when it is this technology's."""
    actor.need(ACT)
    found = documents.document(posted_id(request, "document"))
    if found.owner != subject("technology", technology):
        raise Refused(CommonRefusal.NOT_FOUND, what="document")
    if request.POST.get("act") == "access" and request.POST.get("access") not in set(Access):
        raise Refused(
            CommonRefusal.INVALID, field=gettext("form"), problem=gettext("a value is missing")
        )
    return found.id


@member
def bundle(request: HttpRequest) -> HttpResponse:
    """Make one project of several of mine (TE-4)."""
    actor, now = as_member(request.actor), request.now
    mine = queries.page(
        Filters(party=actor.acting_party(), status=Status.ENTERED),
        local_date(now),
        limit=BUNDLE_MOST,
    )["items"]
    form = BundleForm(request.POST or None)
    form.fields["parts"].choices = [
        (str(t.id), named(t)) for t in mine if t.kind is not Kind.BUNDLE
    ]
    acts = Acts(request)

    def make() -> Any:
        typed = form.cleaned_data
        chosen = [UUID(id) for id in typed["parts"]]
        shares: tuple[Fraction, ...] = equal_split(len(chosen))
        said = {name: typed[name] for name in ("title_zh", "title_en") if typed[name]}
        return actions.make_bundle(
            actor=actor,
            now=now,
            said=said,
            parts=list(zip(chosen, shares, strict=True)),
            carve_out=typed["carve_out"],
        )

    acts.on(
        "bundle",
        make,
        said=gettext("Entered."),
        to=lambda made: f"/my/technologies/{made.id}",
        form=form,
    )
    if answer := acts.answer():
        return answer
    return render(
        request,
        "my/bundle_new.html",
        {"form": form, "problem": acts.problem},
        status=acts.status,
    )
