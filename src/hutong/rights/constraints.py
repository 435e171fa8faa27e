"""
Turning a named constraint's no into the refusal it stands for.

The rules look first and explain; between the look and the write another transaction may have
committed, and then the constraint speaks.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from uuid import UUID

from django.db import IntegrityError, transaction

from hutong.kit.refusal import Reason, Refused
from hutong.technologies import queries as technologies

_KEY = re.compile(r"=\((.*)\)")  # PostgreSQL's detail: Key (technology)=(0190…) already exists.


@contextmanager
def refusing(meanings: Mapping[str, Callable[[str], Refused]]) -> Iterator[None]:
    """Run the block; a violation of a constraint in `meanings` is raised as its refusal, made from
    the key that was there already."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        diagnosis = getattr(error.__cause__, "diag", None)
        meaning = meanings.get(getattr(diagnosis, "constraint_name", None) or "")
        if meaning is None:
            raise
        key = _KEY.search(getattr(diagnosis, "message_detail", None) or "")
        raise meaning(key[1] if key else "") from error


def refused_over(reason: Reason, technology: UUID | str) -> Refused:
    """A refusal that names a technology to people by its title."""
    id = UUID(str(technology))
    found = technologies.technologies([id]).get(id)
    return Refused(reason, technology=id, title=found.title if found else "")
