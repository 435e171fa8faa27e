"""
Stopping an upload that is too large while it comes in, before it fills memory or disk.
"""

from typing import Any

from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest, QueryDict
from django.utils.datastructures import MultiValueDict

from hutong.documents.rules import Refusal
from hutong.kit.refusal import Refused
from hutong.rulebook import queries as rulebook

FILES = 10  # at once
FORM_BYTES = 64 * 1024  # fields and boundaries around the file
MIB = 1024 * 1024
MARK = "hutong.too_large"


class LimitHandler(FileUploadHandler):
    """First among the handlers: counts, and gives the request up when the rulebook's limit for one
    file, or FILES times it for all, is passed. The view then finds no file, and asks
    `refuse_too_large` why."""

    limit = 0
    passed = 0

    def handle_raw_input(
        self,
        input_data: Any,
        META: dict[str, Any],
        content_length: int,
        boundary: bytes,
        encoding: str | None = None,
    ) -> tuple[QueryDict, MultiValueDict[str, Any]] | None:
        self.limit = _limit(self.request)
        if content_length <= self.limit * FILES + FORM_BYTES:
            return None
        self._mark()
        return QueryDict(), MultiValueDict()  # the body is not even read

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.passed = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self.passed += len(raw_data)
        if self.passed > self.limit:
            self._mark()
            raise StopUpload(connection_reset=True)
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None

    def _mark(self) -> None:
        assert self.request is not None
        self.request.META[MARK] = (self.limit, self.file_name or "…")


def refuse_too_large(request: HttpRequest) -> None:
    """Raise when the upload of this request was stopped for its size."""
    if MARK in request.META:
        limit, name = request.META[MARK]
        raise Refused(Refusal.TOO_LARGE, name=name, limit_mib=f"{limit / MIB:.3g}")


def _limit(request: Any) -> int:
    try:
        return rulebook.in_force(request.now).rules.documents.max_bytes
    except Refused:
        return 0  # a venue without a rulebook takes no files
