"""Where money is paid in: the venue's account by the rulebook in force (SE-2)."""

from typing import Any

from django import template

from hutong.rulebook import queries as rulebook
from hutong.settlement.references import spaced

register = template.Library()


@register.inclusion_tag("my/parts/pay_into.html", takes_context=True)
def pay_into(context: dict[str, Any], reference: str) -> dict[str, Any]:
    """The account and the reference to write on the transfer."""
    rules = rulebook.in_force(context["request"].now).rules.settlement
    return {"account": rules if rules.account_number else None, "reference": spaced(reference)}
