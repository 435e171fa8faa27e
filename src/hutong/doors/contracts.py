"""
A contract as the API gives it: the exact bytes, and the digest by which they are accepted (CO-1).
"""

from typing import Any

from django.http import HttpResponse

CONTRACT_ANSWER: dict[str, Any] = {
    "responses": {
        200: {
            "description": "UTF-8 Markdown, in Chinese and English",
            "content": {"text/markdown": {"schema": {"type": "string"}}},
            "headers": {
                "Digest": {
                    "description": "What to accept: sha256:<hex> of these bytes",
                    "schema": {"type": "string"},
                }
            },
        }
    }
}


def contract_answer(text: bytes, digest: str, number: str) -> HttpResponse:
    """The bytes of the deal with this number, to be shown or kept as a file."""
    response = HttpResponse(text, content_type="text/markdown; charset=utf-8")
    response["Digest"] = digest
    response["Content-Disposition"] = f'inline; filename="{number}.md"'
    return response
