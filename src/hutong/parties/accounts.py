"""
Signing up and confirming on pages: allauth's forms, this venue's acts.

The API does the same through `actions.persons`; both leave the same rows and the same entries.
"""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django import forms
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from hutong.parties import actions
from hutong.parties.sign_in import Language


class SignUpForm(forms.Form):
    """What a person says besides address and password."""

    display_name = forms.CharField(label=_("Name"), max_length=100)

    def signup(self, request: HttpRequest, user: Any) -> None:
        """Nothing more to do: `save_user` has taken the name."""


class Adapter(DefaultAccountAdapter):
    """Ties allauth's flow to the register of persons."""

    def save_user(
        self, request: HttpRequest, user: Any, form: forms.BaseForm, commit: bool = True
    ) -> Any:
        user.display_name = form.cleaned_data.get("display_name", "")
        user.language = (
            Language.ENGLISH if (get_language() or "").startswith("en") else Language.CHINESE
        ).value
        super().save_user(request, user, form, commit=False)
        user.clean()
        if commit:
            actions.enter_person(actor=request.actor, now=request.now, person=user)
        return user

    def confirm_email(self, request: HttpRequest, email_address: Any) -> bool:
        done = super().confirm_email(request, email_address)
        if done:
            actions.note_confirmed(
                actor=request.actor,
                now=request.now,
                person=email_address.user_id,
            )
        return done
