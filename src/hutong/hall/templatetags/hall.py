"""How a province is called on its square, and in full."""

from django import template

from hutong.hall.provinces import Province
from hutong.ui.templatetags.ui import in_chinese

register = template.Library()


@register.filter
def province_mark(province: Province) -> str:
    """The sign on the square: one character, or two letters in English."""
    return province.zh if in_chinese() else province.letters


@register.filter
def province_name(province: Province) -> str:
    return province.zh if in_chinese() else province.en
