"""
What goes over the wire is compressed: pages as they are made, static files once, when first asked for.

    page          gzip, with a random length of padding (BREACH)
    static file   pressed as small as it goes, kept in the venue's state by what it holds

Files that are small already (pictures, archives, PDFs), what streams and what carries a digest of
its bytes are left as they are.
"""

import gzip
import hashlib
import os
import threading
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.gzip import GZipMiddleware
from django.utils.cache import patch_vary_headers
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import StaticFile

TEXTS = ("text/", "application/json", "application/problem+json", "application/geo+json")
PRESSED = (".css", ".js", ".mjs", ".svg", ".json", ".map", ".txt", ".html", ".wasm")
WORTH_IT = 1_000  # bytes


class Pages(GZipMiddleware):
    """Pages and answers of the API that are text."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        if response.streaming or not response.get("Content-Type", "").startswith(TEXTS):
            return response
        if "Content-Digest" in response:  # of the content as it is sent (RFC 9530), and signed
            return response
        pressed: HttpResponse = super().process_response(request, response)
        return pressed


class Files(WhiteNoiseMiddleware):
    """Static files; those that are text also pressed."""

    def __init__(self, get_response: Any = None) -> None:
        super().__init__(get_response)
        self.pressed: dict[tuple[str, str], StaticFile] = {}

    def serve(self, static_file: Any, request: HttpRequest) -> HttpResponse:
        if _takes_gzip(request) and isinstance(static_file, StaticFile):
            static_file = self._pressed(static_file)
        answer: HttpResponse = WhiteNoiseMiddleware.serve(static_file, request)
        patch_vary_headers(answer, ["Accept-Encoding"])
        return answer

    def _pressed(self, plain: StaticFile) -> StaticFile:
        _any, path, headers = plain.alternatives[-1]
        if not path.endswith(PRESSED) or len(plain.alternatives) > 1:
            return plain
        known = self.pressed.get((path, plain.etag))
        if known is None:
            known = plain
            if os.path.getsize(path) >= WORTH_IT:
                known = StaticFile(path, headers, encodings={"gzip": str(press(Path(path)))})
            self.pressed[path, plain.etag] = known
        return known


def press(file: Path) -> Path:
    """The file's gzip, made once for what it holds; whoever makes it at the same time makes the same."""
    data = file.read_bytes()
    place = settings.STATE / "pressed" / f"{hashlib.sha256(data).hexdigest()}.gz"
    if not place.exists():
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        making = place.with_suffix(f".{os.getpid()}-{threading.get_ident()}")
        making.write_bytes(gzip.compress(data, 9, mtime=0))
        making.replace(place)
    return place


def _takes_gzip(request: HttpRequest) -> bool:
    asked = request.headers.get("Accept-Encoding", "")
    return request.method in ("GET", "HEAD") and "gzip" in asked and "Range" not in request.headers
