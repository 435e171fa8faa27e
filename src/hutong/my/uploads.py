"""Files members hand in: stored by hash under the thing they belong to."""

from typing import Any

from hutong.documents import actions as documents
from hutong.documents.rules import Access


def store(request: Any, owner: str, upload: Any, access: Access = Access.SECRET) -> Any:
    """Store one uploaded file under `owner` (a subject). Refused when too large or not accepted."""
    return documents.store(
        actor=request.actor,
        now=request.now,
        owner=owner,
        name=upload.name,
        media_type=upload.content_type or "application/octet-stream",
        data=upload.file,
        access=access,
    )
