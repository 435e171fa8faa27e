"""Files on pages."""

from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe

from hutong.documents import access
from hutong.documents.serving import as_attachment
from hutong.ui.door import visitor


@visitor
@require_safe
def content(request: HttpRequest, id: UUID) -> HttpResponseBase:
    """Send a file to whoever may read it."""
    return as_attachment(access.readable(request.actor, id))
