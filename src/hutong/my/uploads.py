"""Files members hand in: stored by hash under the thing they belong to."""

from typing import Any

from hutong.documents import actions as documents
from hutong.documents.rules import Access
from hutong.ui.fields import uploaded


def store(request: Any, owner: str, upload: Any, access: Access = Access.SECRET) -> Any:
    """Store one uploaded file under `owner` (a subject). Refused when too large or not accepted."""
    return documents.store(
        actor=request.actor,
        now=request.now,
        owner=owner,
        access=access,
        **uploaded(upload),
    )
