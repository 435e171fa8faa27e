"""
The sample case of the style page: every part of a case page, filled as an area would fill it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hutong.ui.case import Case, Check, Decision, Hand, Outcome, Paper, Step


@dataclass(frozen=True)
class SampleFile:
    name: str
    size: int
    access: str
    digest: str
    id: str = "00000000-0000-0000-0000-000000000000"


class FindingsForm(forms.Form):
    findings = forms.CharField(
        label=_("Findings"),
        help_text=_("Published with the decision; name no person."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )


def sample_papers() -> list[Paper]:
    return [
        Paper(
            file=SampleFile(
                "licence.pdf", 482_113, "public", "sha256:9f86d081884c7d659a2feaa0c55ad015"
            ),
            proves=gettext("Business licence"),
        ),
        Paper(
            file=SampleFile(
                "process-parameters.xlsx", 88_410, "qualified", "sha256:60303ae22b998861bce3b28f"
            ),
            opens=False,
        ),
    ]


def sample_history(now: datetime) -> list[Step]:
    return [
        Step(at=now - timedelta(days=3), text=gettext("Draft made"), by=gettext("seller's agent")),
        Step(
            at=now - timedelta(days=2),
            text=gettext("Submitted for examination"),
            by=gettext("seller's agent"),
            note=gettext("Two documents attached."),
            log_index=41,
            tone="waiting",
        ),
    ]


def sample_case(now: datetime) -> Case:
    return Case(
        kind=gettext("Listing"),
        number="L2022-000041",
        title=gettext("Transfer of a high-entropy alloy and how it is made"),
        about=gettext("A university in Shanghai"),
        lifecycle="listing",
        state="submitted",
        since=now - timedelta(days=2, hours=3),
        due_by=now + timedelta(days=3),
        checks=[
            Check(
                text=gettext("Title free to be disposed of"),
                ok=True,
                rule="RR-10",
                found=gettext("Ownership 100 %, no restriction."),
            ),
            Check(
                text=gettext("In force at the office"),
                ok=False,
                rule="TE-2",
                found=gettext("Legal status unknown: it may enter, not list."),
            ),
            Check(text=gettext("Terms complete and lawful"), rule="LI-2", name="check_terms"),
            Check(
                text=gettext("Description gives away nothing secret"),
                rule="TE-1",
                name="check_secret",
            ),
        ],
        evidence=sample_papers(),
        history=sample_history(now),
        hands=[
            Hand(
                did=gettext("Entered by"),
                name=gettext("seller's agent"),
                at=now - timedelta(days=3),
            ),
            Hand(did=gettext("Decides"), name=gettext("listing officer")),
        ],
        decisions=[
            Decision(
                title=gettext("Examine the listing"),
                form=FindingsForm(),
                outcomes=[
                    Outcome(
                        act="accept",
                        label=gettext("Put it on the board"),
                        consequence=gettext(
                            "It is listed for 20 working days from today, and the right is "
                            "reserved: no second exclusive offer of it."
                        ),
                        rule="LI-2",
                        good=True,
                    ),
                    Outcome(
                        act="return",
                        label=gettext("Return to the seller"),
                        consequence=gettext(
                            "It becomes a draft again; the seller reads your findings."
                        ),
                        grave=True,
                    ),
                ],
            )
        ],
    )
