"""
Turning a named constraint's no into the refusal it stands for: between a rule's look and the write
another transaction may have committed, and then the constraint speaks.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from django.db import IntegrityError, transaction

from hutong.kit.refusal import Refused


@contextmanager
def refusing(meanings: Mapping[str, Refused]) -> Iterator[None]:
    """Run the block; a violation of a constraint in `meanings` is raised as its refusal."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        diagnosis = getattr(error.__cause__, "diag", None)
        refused = meanings.get(getattr(diagnosis, "constraint_name", None) or "")
        if refused is None:
            raise
        raise refused from error
