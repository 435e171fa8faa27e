"""
Every way the register says no (RR), in one table.
"""

from hutong.kit.refusal import N_, Reason, reason


class Refusal(Reason):
    # shares
    SHARE_MALFORMED = reason(
        "rights.share_malformed",
        "RR-1",
        N_("“{share}” is not a share. Write a fraction such as 1/3, or 1 for the whole."),
        422,
    )
    SHARE_OUT_OF_RANGE = reason(
        "rights.share_out_of_range",
        "RR-1",
        N_("A share is more than 0 and at most 1; {share} is not."),
        422,
    )
    SHARE_TOO_FINE = reason(
        "rights.share_too_fine",
        "RR-1",
        N_("These shares need a common denominator above {limit}; use coarser fractions."),
        422,
    )
    SHARES_NOT_WHOLE = reason(
        "rights.shares_not_whole",
        "RR-1",
        N_("The shares of {power} total {total}; they must total exactly 1."),
        422,
    )
    HOLDER_TWICE = reason("rights.holder_twice", "RR-1", N_("A holder is named twice."), 422)
    TOO_MANY_HOLDERS = reason(
        "rights.too_many_holders", "RR-1", N_("At most {limit} holders can be named."), 422
    )
    # what may be disposed of
    NOT_REGISTERED = reason(
        "rights.not_registered", "RR-10", N_("No right in this technology is registered here.")
    )
    HOLDS_NOTHING = reason(
        "rights.holds_nothing", "RR-3", N_("The giver holds no {power} in this technology.")
    )
    HOLDS_LESS = reason(
        "rights.holds_less",
        "RR-3",
        N_("Of {power} the giver holds {held}; {share} cannot be given."),
    )
    OTHERS_MUST_JOIN = reason(
        "rights.others_must_join",
        "RR-1",
        N_("Disposing of the whole needs every holder of disposal; the giver holds {held} of it."),
    )
    SAME_PARTY = reason(
        "rights.same_party", "RR-3", N_("Giver and receiver are the same party."), 422
    )
    FROZEN = reason(
        "rights.frozen", "RR-6", N_("This right is frozen by {authority}, {paper} (entry {entry}).")
    )
    NOT_FROZEN = reason("rights.not_frozen", "RR-6", N_("That entry is not a freeze in force."))
    DISPOSAL_PENDING = reason(
        "rights.disposal_pending",
        "RR-7",
        N_("Another disposal of this right is pending; one must end before the next begins."),
    )
    OUT_OF_ORDER = reason(
        "rights.out_of_order",
        "RR-8",
        N_("An entry effective on {effective_on} would contradict entry {entry}."),
    )
    # first registration
    NOTHING_NAMED = reason(
        "rights.nothing_named", "RR-7", N_("Name at least one technology to register."), 422
    )
    TOO_MANY_NAMED = reason(
        "rights.too_many_named",
        "RR-7",
        N_("One application names at most {limit} technologies."),
        422,
    )
    TECHNOLOGY_TWICE = reason(
        "rights.technology_twice", "RR-7", N_("A technology is named twice: {title}."), 422
    )
    NOT_YOUR_TECHNOLOGY = reason(
        "rights.not_your_technology",
        "RR-7",
        N_("Only the party that entered a technology applies for it: {title}."),
        403,
    )
    NOT_ENTERED = reason(
        "rights.not_entered",
        "TE-2",
        N_("Only an entered technology can be registered: {title}."),
    )
    LAPSED = reason(
        "rights.lapsed", "TE-2", N_("The right has lapsed and cannot be registered: {title}.")
    )
    BUNDLE = reason(
        "rights.bundle",
        "TE-4",
        N_("A bundle is no right of its own; apply for its parts: {title}."),
        422,
    )
    APPLICANT_HOLDS_NOTHING = reason(
        "rights.applicant_holds_nothing",
        "RR-7",
        N_("The applicant must be among the holders of ownership."),
        422,
    )
    HOLDER_NOT_VERIFIED = reason(
        "rights.holder_not_verified",
        "PA-3",
        N_("Only verified parties hold registered rights; not verified: {name}."),
    )
    ALREADY_REGISTERED = reason(
        "rights.already_registered",
        "RR-7",
        N_("This technology is registered already and cannot be registered again: {title}."),
    )
    APPLICATION_PENDING = reason(
        "rights.application_pending",
        "RR-7",
        N_("Another application over this technology is under way: {title}."),
    )
    EVIDENCE_MISSING = reason(
        "rights.evidence_missing",
        "RR-7",
        N_("Attach at least one document that proves the right before submitting."),
    )
    EVIDENCE_UNKNOWN = reason(
        "rights.evidence_unknown",
        "RR-7",
        N_("One of the documents named is not a stored document of yours."),
        422,
    )
    WORDS_MISSING = reason(
        "rights.words_missing", "RR-7", N_("{what} must be given in words."), 422
    )
    EXCEPTION_UNKNOWN = reason(
        "rights.exception_unknown",
        "RR-7",
        N_("That technology is not part of the application."),
        422,
    )
    # public notice
    NOTICE_OVER = reason("rights.notice_over", "RR-7", N_("The public notice ended at {ended_at}."))
    NOTICE_RUNNING = reason(
        "rights.notice_running", "RR-7", N_("The public notice runs until {ends_at}.")
    )
    NOTICE_STOPPED = reason(
        "rights.notice_stopped", "RR-7", N_("An objection is open; the notice is stopped.")
    )
    OWN_APPLICATION = reason(
        "rights.own_application",
        "RR-7",
        N_("A holder named in the application withdraws it; holders do not object to themselves."),
    )
    OBJECTED_ALREADY = reason(
        "rights.objected_already",
        "RR-7",
        N_("Your party's objection to this application is still open."),
    )
    OBJECTOR_NOT_VERIFIED = reason(
        "rights.objector_not_verified",
        "RR-7",
        N_("An objection needs a verified identity."),
        403,
    )
    # disposals from a deal
    OUTSIDE_STEP_MISSING = reason(
        "rights.outside_step_missing",
        "RR-11",
        N_(
            "The transfer of this kind of right takes effect by entry at the office: record it first."
        ),
    )
    OUTSIDE_STEP_NOT_DUE = reason(
        "rights.outside_step_not_due",
        "RR-11",
        N_("This kind of right needs no entry at an office."),
    )
    OUTSIDE_STEP_IN_FUTURE = reason(
        "rights.outside_step_in_future",
        "RR-11",
        N_("{field} lies in the future: {on}."),
        422,
    )
    OUTSIDE_STEP_BEFORE_TITLE = reason(
        "rights.outside_step_before_title",
        "RR-11",
        N_("On {on} the giver did not hold this share here; the office's entry cannot be earlier."),
        422,
    )
    OUTSIDE_STEP_DISORDERLY = reason(
        "rights.outside_step_disorderly",
        "RR-11",
        N_("The office's entry cannot take effect before it was filed."),
        422,
    )
    # examination (RR-7)
    CHECK_FAILED = reason(
        "rights.check_failed",
        "RR-7",
        N_("Accepted is only what passes every check; not answered with yes: {check}."),
    )
    CHECK_UNKNOWN = reason(
        "rights.check_unknown", "RR-7", N_("There is no check of this name: {check}."), 422
    )
    FEE_UNPAID = reason(
        "rights.fee_unpaid",
        "RR-7",
        N_("The registration fee of {amount} is not paid yet; acceptance waits for it."),
    )
    CONSENT_MISSING = reason(
        "rights.consent_missing",
        "RR-1",
        N_("This application needs the agreement of {name}, which is not given yet."),
    )
    CONSENT_NOT_NEEDED = reason(
        "rights.consent_not_needed", "RR-1", N_("Your party's agreement is not needed here.")
    )
    NOT_A_BUNDLE = reason(
        "rights.not_a_bundle", "TE-4", N_("That technology is no bundle: {title}."), 422
    )
    NOTHING_LEFT = reason(
        "rights.nothing_left",
        "RR-7",
        N_("No part of this bundle can be registered now; the first: {why}"),
    )
    # exchange of arguments (RR-7)
    ARGUMENTS_OVER = reason(
        "rights.arguments_over",
        "RR-7",
        N_("Each side has made its {rounds} statements; the officer decides now."),
    )
    NOT_YOUR_TURN = reason(
        "rights.not_your_turn", "RR-7", N_("It is the other side's turn to answer.")
    )
    ANSWER_TOO_LATE = reason(
        "rights.answer_too_late", "RR-7", N_("The time to answer ended at {ended_at}.")
    )
    NOT_HEARD = reason(
        "rights.not_heard",
        "RR-7",
        N_("The applicant may answer until {answer_by}; nobody loses a right unheard."),
    )
    # researcher empowerment (RR-9)
    NOBODY_EMPOWERED = reason(
        "rights.nobody_empowered", "RR-9", N_("Name at least one inventor."), 422
    )
    NOT_A_NATURAL_PERSON = reason(
        "rights.not_a_natural_person",
        "RR-9",
        N_("Inventors and contributors are natural persons."),
        422,
    )
    BENEFICIARY_WITHOUT_PART = reason(
        "rights.beneficiary_without_part",
        "RR-9",
        N_("Whoever is empowered has a part in the income plan."),
        422,
    )
    USE_TOO_SHORT = reason(
        "rights.use_too_short",
        "RR-9",
        N_("Long-term use lasts at least {least} and at most {most} years."),
        422,
    )
    PUBLICITY_TOO_SHORT = reason(
        "rights.publicity_too_short",
        "RR-9",
        N_("The internal publicity lasts at least {days} days."),
        422,
    )
    PUBLICITY_RUNNING = reason(
        "rights.publicity_running", "RR-9", N_("The internal publicity runs until {until}.")
    )
    DECISION_IN_FUTURE = reason(
        "rights.decision_in_future", "RR-9", N_("The decision lies in the future: {on}."), 422
    )
    BELOW_FLOOR = reason(
        "rights.below_floor",
        "RR-9",
        N_("A state-funded institution gives its contributors at least {floor} of net income."),
        422,
    )
    PARTS_NOT_WHOLE = reason(
        "rights.parts_not_whole",
        "RR-9",
        N_("The contributors' parts total {total}; they must total exactly 1."),
        422,
    )
    HOLDINGS_DIFFER = reason(
        "rights.holdings_differ",
        "RR-9",
        N_("One application empowers over rights held alike; {title} is held otherwise."),
        422,
    )
    # income (RR-9)
    COSTS_ABOVE_INCOME = reason(
        "rights.costs_above_income", "RR-9", N_("The costs are more than the income."), 422
    )
    COST_OUT_OF_RANGE = reason(
        "rights.cost_out_of_range", "RR-9", N_("A cost is an amount above zero."), 422
    )
