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

from hutong.parties import actions, letters
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

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send this venue's letter instead of allauth's, where it has one."""
        match template_prefix.rpartition("/")[2]:
            case "email_confirmation" | "email_confirmation_signup" if context.get("code"):
                letters.page_code(email, context["code"]).send()
            case "account_already_exists":
                letters.known(email).send()
            case "unknown_account":
                letters.unknown(email).send()
            case "password_reset_key":
                letters.new_password(email, context["password_reset_url"]).send()
            case _:
                super().send_mail(template_prefix, email, context)
