"""
One act for several things chosen by check boxes: what came of each is said by name.

    chosen = posted_ids(request, "item")
    acts.on("offer", …, to=lambda found: told(request, len(found.done), […], PAGE))
"""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext, ngettext

from hutong.doors.problems import sentence_of
from hutong.kit.refusal import Refused
from hutong.ui.door import BadId

MOST_NAMED: Final = 20


def posted_ids(request: HttpRequest, name: str) -> list[UUID]:
    """What was chosen in a form. Raises BadId, as `posted_id` does."""
    try:
        return [UUID(one) for one in request.POST.getlist(name)]
    except ValueError as error:
        raise BadId(name) from error


def told(request: HttpRequest, done: int, refused: Sequence[tuple[str, Refused]], to: str) -> str:
    """Say for how many it was done, and what each of the others was refused for; returns `to`."""
    if done:
        text = ngettext("Done for {n} technology.", "Done for {n} technologies.", done)
        messages.success(request, text.format(n=done))
    for title, why in refused[:MOST_NAMED]:
        text = gettext("Not done: {title}. {why}")
        messages.warning(request, text.format(title=title, why=sentence_of(why)))
    if (left := len(refused) - MOST_NAMED) > 0:
        text = ngettext("{n} more was refused.", "{n} more were refused.", left)
        messages.warning(request, text.format(n=left))
    return to
