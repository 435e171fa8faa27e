"""
Who acts for my party: mandates, invitations and their end (PA-2).
"""

from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hutong.kit.actor import OWN, READ
from hutong.parties import actions, queries
from hutong.parties.membership import INVITATION_DAYS, MandateRole
from hutong.ui.door import Acts, as_member, member, posted_id

ROLES = [
    (MandateRole.AGENT.value, _("Agent: acts in the party's name")),
    (MandateRole.VIEWER.value, _("Viewer: reads")),
    (MandateRole.OWNER.value, _("Owner: acts, and decides who else may")),
]


class InviteForm(forms.Form):
    email = forms.EmailField(
        label=_("E-mail of the person"),
        help_text=_("An invitation goes there; the person acts once it is accepted."),
    )
    role = forms.ChoiceField(label=_("May"), choices=ROLES)


@member
def page(request: HttpRequest) -> HttpResponse:
    """People of the party acted for; owners invite and revoke."""
    actor, now = as_member(request.actor), request.now
    party: UUID = actor.acting_party()
    actor.need(READ)
    form = InviteForm(request.POST if request.POST.get("act") == "invite" else None)
    acts = Acts(request, to="/my/people")
    acts.on(
        "invite",
        lambda: actions.invite(
            actor=actor,
            now=now,
            party=party,
            email=form.cleaned_data["email"],
            role=MandateRole(form.cleaned_data["role"]),
        ),
        said=gettext("Invited. The mandate holds once it is accepted."),
        form=form,
    )
    acts.on(
        "withdraw",
        lambda: actions.withdraw_invitation(
            actor=actor, now=now, party=party, invitation=posted_id(request, "invitation")
        ),
        said=gettext("The invitation is withdrawn."),
    )
    acts.on(
        "revoke",
        lambda: actions.revoke_mandate(
            actor=actor, now=now, party=party, mandate=posted_id(request, "mandate")
        ),
        said=gettext("The mandate is revoked; it holds no longer anywhere."),
    )
    if answer := acts.answer():
        return answer
    return render(
        request,
        "my/people.html",
        {
            "form": form,
            "mandates": queries.mandates_of_party(party),
            "invitations": queries.invitations_of_party(party),
            "me": actor.person,
            "owner": actor.has(OWN),
            "days": INVITATION_DAYS,
            "problem": acts.problem,
        },
        status=acts.status,
    )
