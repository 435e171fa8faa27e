"""Every way a deal says no, in one table."""

from hutong.kit.refusal import N_, Reason, reason


class Refusal(Reason):
    SAME_PARTY = reason("deals.same_party", "DL-1", N_("Seller and buyer are the same party."))
    NOTHING_SOLD = reason(
        "deals.nothing_sold", "DL-1", N_("A deal names at least one technology."), 422
    )
    PRICE_IMPOSSIBLE = reason(
        "deals.price_impossible", "DL-1", N_("{price_fen} is not a price."), 422
    )
    BELOW_LISTING_PRICE = reason(
        "deals.below_listing_price",
        "LI-5",
        N_("A deal from a listing has at least its price, {least}."),
    )
    ONLY_TRANSFERS = reason(
        "deals.only_transfers",
        "DL-1",
        N_("Only transfers and licences become deals here, for now."),
    )
    SHARE_IMPOSSIBLE = reason(
        "deals.share_impossible",
        "RR-1",
        N_("A share is more than 0 and at most 1, not {share}."),
        422,
    )
    OTHER_TEXT = reason(
        "deals.other_text",
        "CO-1",
        N_(
            "You accepted the digest {given}, but the contract's digest is {expected}. Read it again."
        ),
    )
    ALREADY_ACCEPTED = reason(
        "deals.already_accepted", "CO-1", N_("Your side accepted this contract already.")
    )
    NOT_LATE = reason(
        "deals.not_late", "AU-11", N_("The {side} is not late; a default needs that.")
    )
    KEPT_BY_FREEZE = reason(
        "deals.kept_by_freeze",
        "RR-6",
        N_("A freeze keeps the right from being bound; nobody is late while it stands."),
    )
    UNREAD = reason(
        "deals.unread",
        "CO-1",
        N_("The buyer's exchange refused the contract, so the buyer never saw it: it is not late."),
    )
    ENDING_PROPOSED = reason(
        "deals.ending_proposed",
        "PA-5",
        N_("Ending this deal is proposed already; another officer confirms or drops it."),
    )
    NO_ENDING_PROPOSED = reason(
        "deals.no_ending_proposed", "PA-5", N_("Nobody has proposed to end this deal.")
    )
    MOVING = reason(
        "deals.moving",
        "DL-2",
        N_("Right and money of this deal are moving part by part; it ends with the last one."),
    )
    REASON_MISSING = reason("deals.reason_missing", "DL-1", N_("Give a reason."), 422)
