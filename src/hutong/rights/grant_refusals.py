"""
Every way the register says no to a grant, a pledge or a correction (RR-2 … RR-8), in one table.

What conflicts with a registered entry is refused with that entry's number, and in words.
"""

from hutong.kit.refusal import N_, Reason, reason


class GrantRefusal(Reason):
    NOT_CONCERNED = reason(
        "rights.not_concerned",
        "RR-8",
        N_("Only holders of the title, and whom the entry names, may ask for this."),
        403,
    )
    # scope
    REGION_UNKNOWN = reason(
        "rights.region_unknown",
        "RR-2",
        N_("“{region}” is not a region: write WORLD, an ISO 3166 code, or digits of GB/T 2260."),
        422,
    )
    FIELD_UNKNOWN = reason(
        "rights.field_unknown",
        "RR-2",
        N_("“{field}” is neither an IPC symbol nor an industry of GB/T 4754."),
        422,
    )
    TERRITORY_EMPTY = reason(
        "rights.territory_empty", "RR-2", N_("The territory is empty; name a region."), 422
    )
    TOO_MANY_CODES = reason(
        "rights.too_many_codes", "RR-2", N_("At most {limit} codes can be named."), 422
    )
    TERM_BACKWARDS = reason(
        "rights.term_backwards",
        "RR-2",
        N_("The term ends on {ends_on}, before it starts on {starts_on}."),
        422,
    )
    DAY_FAR_AWAY = reason(
        "rights.day_far_away",
        "RR-2",
        N_("{on} is too far away; the register keeps days from {first} to {last}."),
        422,
    )
    TERM_TOO_LONG = reason(
        "rights.term_too_long", "RR-2", N_("A term is at most {years} years long."), 422
    )
    # who may grant what
    NOT_OWNER = reason(
        "rights.not_owner",
        "RR-3",
        N_("This party holds nothing of this right, and no licence, to dispose of."),
        403,
    )
    CO_OWNERS_MUST_JOIN = reason(
        "rights.co_owners_must_join",
        "RR-1",
        N_(
            "Without {missing} of {needed} holders this cannot be done: co-owners grant ordinary"
            " licences alone, and everything else together (Patent Law, art. 14)."
        ),
    )
    GRANT_UNKNOWN = reason(
        "rights.grant_unknown", "RR-2", N_("The register has no such licence on this right.")
    )
    GRANT_ENDED = reason(
        "rights.grant_ended", "RR-2", N_("Licence {entry} is no longer in force ({term}).")
    )
    NOT_LICENSEE = reason(
        "rights.not_licensee",
        "RR-3",
        N_("Only the licensee of {entry} can do this."),
        403,
    )
    NOT_SUBLICENSABLE = reason(
        "rights.not_sublicensable", "RR-3", N_("Licence {entry} does not allow sublicences.")
    )
    MODE_BEYOND_PARENT = reason(
        "rights.mode_beyond_parent",
        "RR-3",
        N_("Licence {entry} is {held}; a sublicence of it cannot be {wanted}."),
    )
    BEYOND_SCOPE = reason(
        "rights.beyond_scope",
        "RR-3",
        N_("The {axis} reaches beyond licence {entry} ({scope})."),
    )
    BEYOND_EXPIRY = reason(
        "rights.beyond_expiry",
        "RR-3",
        N_("The right itself ends on {expires_on}; a licence cannot run longer."),
    )
    TOO_DEEP = reason(
        "rights.too_deep", "RR-3", N_("Sublicences go at most {limit} levels deep."), 422
    )
    # conflict
    EXCLUSIVE_STANDS = reason(
        "rights.exclusive_stands",
        "RR-4",
        N_(
            "Entry {entry} grants a {mode} licence that overlaps: {scope}. It admits no other"
            " licensee."
        ),
    )
    LICENCE_STANDS = reason(
        "rights.licence_stands",
        "RR-4",
        N_(
            "Entry {entry} grants an ordinary licence that overlaps: {scope}. Name it as an"
            " accepted exception, or narrow the scope."
        ),
    )
    NOT_AN_EXCEPTION = reason(
        "rights.not_an_exception",
        "RR-4",
        N_("Entry {entry} is no earlier ordinary licence beside this one; it cannot be accepted."),
        422,
    )
    TOO_MANY_EXCEPTIONS = reason(
        "rights.too_many_exceptions", "RR-4", N_("At most {limit} exceptions can be named."), 422
    )
    SUBLICENCE_STANDS = reason(
        "rights.sublicence_stands",
        "RR-3",
        N_("Sublicence {entry} rests on this licence and runs longer; it ends first."),
    )
    # pledges and other restrictions
    PLEDGED = reason(
        "rights.pledged",
        "RR-6",
        N_(
            "Entry {entry} pledges this right in rank {rank}; it is transferred or licensed only"
            " with the pledgee's recorded consent."
        ),
    )
    RANK_TAKEN = reason(
        "rights.rank_taken", "RR-6", N_("Rank {rank} is taken by the pledge of entry {entry}.")
    )
    RANK_OUT_OF_RANGE = reason(
        "rights.rank_out_of_range", "RR-6", N_("A rank is a number from 1 to {limit}."), 422
    )
    RESTRICTION_UNKNOWN = reason(
        "rights.restriction_unknown", "RR-6", N_("That entry is not a restriction in force.")
    )
    NOT_PLEDGEE = reason(
        "rights.not_pledgee",
        "RR-6",
        N_("Only the pledgee of entry {entry} can do this."),
        403,
    )
    CONSENT_OVER = reason(
        "rights.consent_over",
        "RR-6",
        N_("A consent is given until a day to come, not {until}."),
        422,
    )
    CONSENT_TO_NOTHING = reason(
        "rights.consent_to_nothing", "RR-6", N_("Say to which disposals you consent."), 422
    )
    AMOUNT_OUT_OF_RANGE = reason(
        "rights.amount_out_of_range", "RR-6", N_("The secured amount is not an amount."), 422
    )
    STATE_FUNDED_ABROAD = reason(
        "rights.state_funded_abroad",
        "RR-6",
        N_(
            "Entry {entry}: made with public funds ({programme}). A transfer or an exclusive licence"
            " abroad needs the recorded approval of the funding authority."
        ),
    )
    USE_TOO_SHORT = reason(
        "rights.long_term_too_short",
        "RR-9",
        N_("Long-term use lasts at least {years} years."),
        422,
    )
    # corrections and the end of a title
    TITLE_CLOSED = reason(
        "rights.title_closed", "RR-8", N_("The registration was cancelled by entry {entry}.")
    )
    NOT_CORRECTABLE = reason(
        "rights.not_correctable",
        "RR-8",
        N_("Entry {entry} was corrected already, or is not of this kind; correct the latest one."),
    )
    CORRECTION_MISSING = reason(
        "rights.correction_missing", "RR-8", N_("Striking an entry out corrects it; name it."), 422
    )
    # filings
    AGREED_ALREADY = reason(
        "rights.agreed_already", "RR-7", N_("Your party has agreed to this already.")
    )
    TECHNOLOGIES_ONE_BY_ONE = reason(
        "rights.technologies_one_by_one",
        "RR-7",
        N_("A filing that names an entry is about one technology."),
        422,
    )
    COUNTERPARTY_NOT_VERIFIED = reason(
        "rights.counterparty_not_verified",
        "PA-3",
        N_("Only verified parties hold registered rights; not verified: {name}."),
    )
    RESERVED = reason(
        "rights.reserved",
        "LI-2",
        N_("This right is on exclusive offer, or sold from one; nothing else is done with it now."),
    )
