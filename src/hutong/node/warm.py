"""
What every request needs, loaded before the first one comes.
"""

from django.conf import settings
from django.template import engines
from django.urls import get_resolver
from django.utils import translation


def warm_up() -> None:
    """Load doors, words and the frame of pages. Before a server forks: then all processes share it."""
    get_resolver().url_patterns  # noqa: B018
    for language, _name in settings.LANGUAGES:
        with translation.override(language):  # reads the catalogue
            pass
    for name in ("ui/base.html", "ui/case.html"):
        engines["django"].get_template(name)
