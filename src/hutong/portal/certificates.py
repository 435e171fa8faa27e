"""
The register of certificates, one certificate, and verifying a file step by step (CE-1, CE-2).
"""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hutong.certificates import queries, verification
from hutong.certificates.command import summary
from hutong.certificates.kinds import KINDS, Kind
from hutong.doors.api import paged
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.technologies import queries as technologies
from hutong.ui.door import visitor

KIND_NAMES = {kind.value: (of.title_zh, of.title_en) for kind, of in KINDS.items()}


class VerifyForm(forms.Form):
    file = forms.FileField(
        label=_("The certificate"), help_text=_("The PDF or the JSON file, unchanged.")
    )


@visitor
def index(request: HttpRequest) -> HttpResponse:
    kind = request.GET.get("kind", "")
    page = paged(
        queries.register(
            kind=Kind(kind) if kind in set(Kind) else None, number=request.GET.get("number", "")
        ),
        request.GET.get("cursor"),
        50,
        key=("-issued_at", "-id"),
        out=queries.view,
    )
    return render(
        request,
        "portal/certificates.html",
        {
            "page": page,
            "kinds": KIND_NAMES,
            "kind": kind,
            "filtered": bool(kind or request.GET.get("number")),
        },
    )


@visitor
def one(request: HttpRequest, number: str) -> HttpResponse:
    """What the register shows; the files for who is named on it or has its check code."""
    actor = request.actor
    certificate = queries.certificate(number)
    code = request.GET.get("code", "")
    return render(
        request,
        "portal/certificate.html",
        {
            "c": certificate,
            "kinds": KIND_NAMES,
            "code": code,
            "opens": queries.may_open(actor, certificate, code),
            "wrong_code": bool(code) and not queries.may_open(actor, certificate, code),
            "technologies": technologies.technologies(certificate.technologies),
        },
    )


@visitor
def file(request: HttpRequest, number: str, form: str) -> HttpResponse:
    media_type, data = queries.file(
        request.actor,
        number,
        form,
        request.GET.get("code", ""),
    )
    return HttpResponse(
        data,
        content_type=media_type,
        headers={
            "Content-Disposition": f'attachment; filename="{number}.{form}"',
            "Cache-Control": "private, no-store",
        },
    )


@visitor
def verify(request: HttpRequest) -> HttpResponse:
    """Verify a file; each step is shown. Nothing is kept. A printed number leads to the register."""
    if number := request.GET.get("number", "").strip():
        code = request.GET.get("code", "").strip()
        return redirect(f"/certificates/{queries.certificate(number).number}?code={code}")
    form = VerifyForm(request.POST or None, request.FILES or None)
    report, problem = None, None
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        if upload.size > verification.MAX_BYTES:
            problem = Refused(CommonRefusal.TOO_LARGE, what=gettext("The file"), limit="50 MB")
        else:
            report = queries.verify(upload.read(), now=request.now)
    return render(
        request,
        "portal/verify.html",
        {
            "form": form,
            "report": summary(report, gettext) if report else None,
            "problem": problem,
        },
        status=413 if problem else 200,
    )
