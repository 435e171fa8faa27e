"""
The register of certificates, one certificate, the status lists, and verifying a file step by step
(CE-1, CE-2).

A file is verified in the reader's browser where scripts run (`static/portal/verify.js`); the same
form sends it here where they don't, and where the reader asks whose a timestamp is.
"""

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hutong.certificates import actions, queries, verification
from hutong.certificates.command import summary
from hutong.certificates.kinds import KINDS, Kind
from hutong.certificates.queries import Standing
from hutong.certificates.rules import Purpose
from hutong.doors.api import paged
from hutong.kit.actor import READ
from hutong.kit.moments import local_date
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.network.countersigning import queries as countersigning
from hutong.portal.verify_words import browser_fields, browser_words
from hutong.technologies import queries as technologies
from hutong.ui.door import Acts, visitor
from hutong.venues import queries as venues

KIND_NAMES = {kind.value: (of.title_zh, of.title_en) for kind, of in KINDS.items()}
SHOWN_STANDINGS = {
    Standing.IN_FORCE.value: _("In force"),
    Standing.SUPERSEDED.value: _("Superseded"),
    Standing.SUSPENDED.value: _("Suspended"),
    Standing.REVOKED.value: _("Revoked"),
}
CAMERA = "camera=(self), microphone=(), geolocation=()"


class VerifyForm(forms.Form):
    file = forms.FileField(
        label=_("The certificate"), help_text=_("The PDF or the JSON file, unchanged.")
    )


@visitor
def index(request: HttpRequest) -> HttpResponse:
    """The public register; for who acts for a party, with `mine`, the certificates that name it."""
    asked = request.GET
    mine = "mine" in asked
    member = request.actor.party is not None and request.actor.has(READ)
    acts = Acts(request, to="/certificates?mine=1")
    acts.on(
        "credential",
        lambda: actions.ask_party_credential(actor=request.actor, now=request.now),
        said=gettext("The party's credential holds; it stands in the list below."),
    )
    if answer := acts.answer():
        return answer
    if mine:
        rows = queries.mine(request.actor)
    else:
        kind, standing, year = asked.get("kind"), asked.get("standing"), asked.get("year", "")
        rows = queries.register(
            kind=Kind(kind) if kind in set(Kind) else None,
            number=asked.get("number", ""),
            year=int(year) if year.isascii() and year.isdecimal() and len(year) == 4 else None,
            standing=Standing(standing) if standing in SHOWN_STANDINGS else None,
        )
    page = paged(rows, asked.get("cursor"), 50, key=("-issued_at", "-id"), out=queries.view)
    return render(
        request,
        "portal/certificates.html",
        {
            "page": page,
            "kinds": KIND_NAMES,
            "standings": SHOWN_STANDINGS,
            "years": queries.years(),
            "asked": asked,
            "filtered": any(asked.get(name) for name in ("kind", "number", "year", "standing")),
            "mine": mine,
            "member": member,
            "problem": acts.problem,
        },
        status=acts.status,
    )


@visitor
def one(request: HttpRequest, number: str) -> HttpResponse:
    """What the register shows; the files for who is named on it or has its check code."""
    actor = request.actor
    certificate = queries.certificate(number)
    code = request.GET.get("code", "")
    opens = queries.may_open(actor, certificate, code)
    until = certificate.valid_until
    expired = until is not None and until < local_date(request.now)
    standing = certificate.standing.value
    return render(
        request,
        "portal/certificate.html",
        {
            "c": certificate,
            "kinds": KIND_NAMES,
            "code": code,
            "opens": opens,
            "wrong_code": bool(code) and not opens,
            "standing": "expired" if expired and standing == "in_force" else standing,
            "printed": queries.printed_code(number) if opens else "",
            "technologies": technologies.technologies(certificate.technologies),
            "countersigned": countersigning.of_certificate(certificate.number),
        },
    )


@visitor
def countersignature(request: HttpRequest, number: str, venue: str) -> HttpResponse:
    """Another venue's word for a certificate, as a file: what `./hutong verify` takes (NE-4)."""
    for one in countersigning.of_certificate(number):
        if one.venue == venue:
            return JsonResponse(
                one.file,
                headers={
                    "Content-Disposition": f'attachment; filename="{number}.{venue}.json"',
                    "Access-Control-Allow-Origin": "*",
                },
            )
    raise Http404


@visitor
def file(request: HttpRequest, number: str, form: str) -> HttpResponse:
    media_type, data = queries.file(request.actor, number, form, request.GET.get("code", ""))
    return HttpResponse(
        data,
        content_type=media_type,
        headers={
            "Content-Disposition": f'attachment; filename="{number}.{form}"',
            "Cache-Control": "private, no-store",
        },
    )


@visitor
def status_list(request: HttpRequest, purpose: str, number: int) -> HttpResponse:
    """A signed list of who is revoked or suspended (W3C Bitstring Status List)."""
    if purpose not in set(Purpose):
        raise Http404
    signed = queries.signed_status_list(Purpose(purpose), number, real_now=datetime.now(UTC))
    return JsonResponse(
        signed,
        content_type="application/vc",
        headers={"Cache-Control": "public, max-age=60", "Access-Control-Allow-Origin": "*"},
    )


@visitor
def verify(request: HttpRequest) -> HttpResponse:
    """Verify a file; each step is shown. Nothing is kept. A printed number leads to the register."""
    if number := request.GET.get("number", "").strip():
        code = request.GET.get("code", "").strip()
        return redirect(f"/certificates/{queries.certificate(number).number}?code={code}")
    form = VerifyForm(request.POST or None, request.FILES or None)
    report: dict[str, Any] | None = None
    problem = None
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        if upload.size > verification.MAX_BYTES:
            problem = Refused(CommonRefusal.TOO_LARGE, what=gettext("The file"), limit="50 MB")
        else:
            report = summary(countersigning.verify(upload.read(), now=request.now), gettext)
    response = render(
        request,
        "portal/verify.html",
        {
            "form": form,
            "report": report,
            "problem": problem,
            "words": browser_words(),
            "fields": browser_fields(),
            "witnesses": [key.text() for key in queries.witnesses()],
            "networked": bool(venues.every_venue()),
        },
        status=413 if problem else 200,
    )
    response["Permissions-Policy"] = CAMERA  # the QR of a paper certificate
    return response
