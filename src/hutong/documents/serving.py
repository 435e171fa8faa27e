"""
Sending a document's bytes so that a browser keeps them as a file and runs nothing in them.
"""

from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header

from hutong.documents import queries
from hutong.documents.queries import DocumentView


def as_attachment(document: DocumentView) -> StreamingHttpResponse:
    """Stream a document. Who may read it was decided before."""
    response = StreamingHttpResponse(
        queries.open_bytes(document.id), content_type=document.media_type
    )
    response["Content-Length"] = str(document.size)
    response["Content-Disposition"] = content_disposition_header(True, document.name) or ""
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    response["ETag"] = f'"{document.digest}"'
    return response
