"""
Every way a listing says no (LI), in one table.
"""

from hutong.kit.refusal import N_, Reason, reason


class Refusal(Reason):
    NOT_MOVABLE = reason(
        "listings.not_movable",
        "NE-8",
        N_("Only one open offer of the technology alone, in its period, goes with it."),
    )
    INTENTS_PENDING = reason(
        "listings.intents_pending",
        "NE-8",
        N_("It is on offer and intents are pending: it can be moved when that is decided."),
    )
    # co-owners
    CO_OWNERS_NOT_JOINED = reason(
        "listings.co_owners_not_joined",
        "RR-1",
        N_(
            "Co-owners grant an exclusive or sole licence only together; these have not joined:"
            " {names}."
        ),
    )
    NOBODY_TO_JOIN = reason(
        "listings.nobody_to_join",
        "RR-1",
        N_("Nobody else has to join: ordinary licences and sole owners need no one."),
    )
    # joint projects
    JOINT_FIXED = reason(
        "listings.joint_fixed",
        "NE-3",
        N_("The listing of a joint project is made by the project: withdraw it and list it anew."),
    )
    TOO_LONG_TO_TELL = reason(
        "listings.too_long_to_tell",
        "NE-4",
        N_(
            "Its contract would be too long for other exchanges: at most {technologies} technologies"
            " with {kilobytes} kB of titles and numbers. Offer it in several listings, or here alone."
        ),
        422,
    )
    JOINT_PART_LEFT = reason(
        "listings.joint_part_left",
        "NE-3",
        N_("A part of the joint project was withdrawn at {venue}: {part}."),
    )
    # terms
    TITLE_MISSING = reason(
        "listings.title_missing",
        "LI-1",
        N_("Give the listing a title, in Chinese or in English."),
        422,
    )
    WORDS_MISSING = reason(
        "listings.words_missing", "LI-2", N_("{what} must be given in words."), 422
    )
    NOTHING_OFFERED = reason(
        "listings.nothing_offered", "LI-1", N_("Name at least one technology to offer."), 422
    )
    TOO_MANY_OFFERED = reason(
        "listings.too_many_offered",
        "LI-1",
        N_("One listing offers at most {limit} technologies."),
        422,
    )
    TECHNOLOGY_TWICE = reason(
        "listings.technology_twice", "LI-1", N_("A technology is named twice."), 422
    )
    SHARE_MISSING = reason(
        "listings.share_missing",
        "LI-1",
        N_("A transfer says which share of the right it offers."),
        422,
    )
    SHARE_MISPLACED = reason(
        "listings.share_misplaced", "LI-1", N_("Only a transfer offers a share."), 422
    )
    LICENCE_TERMS_MISSING = reason(
        "listings.licence_terms_missing",
        "RR-2",
        N_("A licence on offer names its mode, territory, field of use and last day."),
        422,
    )
    LICENCE_TERMS_MISPLACED = reason(
        "listings.licence_terms_misplaced",
        "LI-1",
        N_("Only the offer of a licence names what a licence covers."),
        422,
    )
    PRICE_MISSING = reason(
        "listings.price_missing",
        "LI-1",
        N_("A listing with a fixed or floor price says the price."),
        422,
    )
    PRICE_OUT_OF_RANGE = reason(
        "listings.price_out_of_range",
        "LI-1",
        N_("The price must be above zero and at most {limit_fen}."),
        422,
    )
    DEPOSIT_MISSING = reason(
        "listings.deposit_missing",
        "LI-1",
        N_("Without a price the deposit must be given as an amount."),
        422,
    )
    DEPOSIT_OUT_OF_BOUNDS = reason(
        "listings.deposit_out_of_bounds",
        "LI-1",
        N_("The deposit must be above zero and at most {limit_fen}, the rulebook's bound."),
        422,
    )
    INCREMENT_OUT_OF_RANGE = reason(
        "listings.increment_out_of_range",
        "AU-2",
        N_("The increment must be above zero and at most the price."),
        422,
    )
    # what may be offered
    NOT_THE_SELLER = reason(
        "listings.not_the_seller", "LI-1", N_("Only the seller changes or submits a listing."), 403
    )
    ONLY_TRANSFERS_SUBMITTED = reason(
        "listings.offer_not_open",
        "LI-1",
        N_("Offers of this kind can be drafted; this venue lists transfers and licences so far."),
    )
    RESERVED = reason(
        "listings.reserved",
        "LI-2",
        N_("This right is on exclusive offer already: {title}."),
    )
    CHECK_FAILED = reason(
        "listings.check_failed",
        "LI-2",
        N_("A listing is accepted only when every check is answered yes; “{check}” is not."),
    )
    # period
    PERIOD_OVER = reason(
        "listings.period_over", "LI-5", N_("The listing period ended at {ended_at}.")
    )
    PERIOD_RUNNING = reason(
        "listings.period_running", "LI-5", N_("The listing period runs until {ends_at}.")
    )
    SUSPENDED = reason("listings.suspended", "LI-2", N_("This listing is suspended."))
    WITHDRAWAL_REQUESTED = reason(
        "listings.withdrawal_requested",
        "LI-2",
        N_("The withdrawal is asked for already; the venue decides."),
    )
    # intents
    SELLER_CANNOT_BUY = reason(
        "listings.seller_cannot_buy", "AU-3", N_("The seller cannot buy from itself.")
    )
    AFFILIATE_CANNOT_BUY = reason(
        "listings.affiliate_cannot_buy",
        "PA-7",
        N_("A party affiliated with the seller cannot buy."),
    )
    CONDITIONS_NOT_ACCEPTED = reason(
        "listings.conditions_not_accepted",
        "LI-4",
        N_("An intent accepts the listing's conditions as they stand."),
        422,
    )
    INTENT_LIVE = reason(
        "listings.intent_live", "LI-4", N_("Your party has a live intent for this listing.")
    )
    DOMESTIC_BUYERS_ONLY = reason(
        "listings.domestic_buyers_only",
        "CB-2",
        N_("The export of this technology is {export_class}; only domestic buyers can apply."),
    )
    # pre-emption
    ANSWERED_ALREADY = reason(
        "listings.answered_already", "LI-2", N_("This notice of pre-emption is answered already.")
    )
    ANSWER_TERM_OVER = reason(
        "listings.answer_term_over", "LI-2", N_("The term to answer ended at {ended_at}.")
    )
