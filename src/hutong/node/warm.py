"""
What every request needs, loaded before the first one comes; afterwards the garbage collector leaves it
alone. A full collection looks at every object there is: a tenth of a second, in the middle of a page.
"""

import gc

from django.conf import settings
from django.template import engines
from django.urls import get_resolver
from django.utils import translation

YOUNG = 10_000  # objects made before the young are looked through; a page makes some thousands


def warm_up() -> None:
    """Load doors, words and the frame of pages. Before a server forks: then all processes share it."""
    get_resolver().url_patterns  # noqa: B018
    for language, _name in settings.LANGUAGES:
        with translation.override(language):  # reads the catalogue
            pass
    for name in ("ui/base.html", "ui/case.html"):
        engines["django"].get_template(name)
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, *gc.get_threshold()[1:])
