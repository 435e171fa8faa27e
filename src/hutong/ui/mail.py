"""
Letters: the same words as plain text and as simple HTML, in the language that is active.

Nothing in them is fetched from anywhere, and nothing tells whether they were opened.
"""

from collections.abc import Mapping, Sequence

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils.translation import get_language


def letter(
    *,
    to: str,
    subject: str,
    paragraphs: Sequence[str],
    link: tuple[str, str] | None = None,
    endings: Sequence[tuple[str, str]] = (),
    headers: Mapping[str, str] | None = None,
) -> EmailMultiAlternatives:
    """A letter to one address. `link`: its words and its address; `endings`: small lines below, each
    words and an address."""
    title = " ".join(subject.split())
    text = "\n\n".join([*paragraphs, *([link[1]] if link else [])])
    below = "\n".join(f"{words} {address}".strip() for words, address in endings)
    body = render_to_string(
        "ui/letter.html",
        {
            "title": title,
            "paragraphs": paragraphs,
            "link": link,
            "endings": endings,
            "language": get_language() or settings.LANGUAGE_CODE,
        },
    )
    made = EmailMultiAlternatives(
        title,
        f"{text}\n" + (f"\n-- \n{below}\n" if below else ""),
        settings.DEFAULT_FROM_EMAIL,
        [to],
        headers=dict(headers or {}),
    )
    made.attach_alternative(body, "text/html")
    return made
