"""What only pages of the desk say."""

from typing import Any

from django import template
from django.utils.html import format_html

from hutong.desk.reach import opens

register = template.Library()


@register.simple_tag(takes_context=True)
def leads(
    context: dict[str, Any], place: str, id: Any, text: Any, css: str = "", otherwise: str = ""
) -> Any:
    """A link to `place/id` where that page opens to this reader; else below `otherwise`, else words.

    A button without a page is left out.
    """
    for beginning in (place, otherwise):
        href = f"{beginning}/{id}" if beginning and id else beginning
        if href and opens(context["request"].actor, href):
            return format_html('<a class="{}" href="{}">{}</a>', css, href, text)
    return "" if css.startswith("btn") else format_html('<span class="{}">{}</span>', css, text)
