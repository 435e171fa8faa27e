"""Why a credential of another venue is not taken (PA-4). Pure."""

from hutong.kit.refusal import N_, Reason, reason


class Refusal(Reason):
    CREDENTIAL_WRONG = reason(
        "recognition.credential_wrong",
        "PA-4",
        N_("The party's credential does not hold: {problem}."),
        422,
    )
    OTHER_VENUES_PARTY = reason(
        "recognition.other_venues_party",
        "PA-4",
        N_("{name} is at home at {venue}; only its home venue speaks for it."),
        422,
    )
    REVOKED = reason(
        "recognition.revoked",
        "PA-4",
        N_("{venue} has revoked or suspended the credential {number}."),
        422,
    )
