"""
The link in a mail that stops its kind without signing in: signed, for one person and one kind.
"""

from uuid import UUID

from django.core import signing

from hutong.kit.refusal import N_, Reason, Refused, reason

SALT = "hutong.notices.stop"


class Refusal(Reason):
    LINK_UNKNOWN = reason(
        "notices.link_unknown",
        "",
        N_("This link is not whole. Choose what comes by e-mail under My page."),
        404,
    )


def token_of(person: UUID, kind: str) -> str:
    return signing.dumps([str(person), kind], salt=SALT)


def read(token: str) -> tuple[UUID, str]:
    """Whose mails of which kind a link stops. Refused when it is not one of ours."""
    try:
        person, kind = signing.loads(token, salt=SALT)
        return UUID(person), str(kind)
    except (signing.BadSignature, ValueError, TypeError):
        raise Refused(Refusal.LINK_UNKNOWN) from None
