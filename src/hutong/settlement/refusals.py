"""Every way the books say no, in one table."""

from hutong.kit.refusal import N_, Reason, reason


class Refusal(Reason):
    BANK_LINE_DIFFERS = reason(
        "settlement.bank_line_differs",
        "SE-2",
        N_("The bank line {bank_reference} is recorded with other figures; it cannot be both."),
    )
    VALUE_DATE_IN_FUTURE = reason(
        "settlement.value_date_in_future",
        "SE-2",
        N_("Money received on {value_date} has not arrived yet."),
        422,
    )
    REFERENCE_WRONG = reason(
        "settlement.reference_wrong",
        "SE-2",
        N_("“{reference}” is not a payment reference: its check digits do not fit."),
        422,
    )
    REFERENCE_UNKNOWN = reason(
        "settlement.reference_unknown", "SE-2", N_("Nobody was given the reference {reference}.")
    )
    OTHER_AMOUNT = reason(
        "settlement.other_amount",
        "SE-5",
        N_("That is {found}; owed is {owed}, neither more nor less."),
    )
    RECEIPT_ENDED = reason(
        "settlement.receipt_ended",
        "SE-2",
        N_("This receipt is {status}; there is nothing left of it to undo."),
    )
    RECEIPT_IN_USE = reason(
        "settlement.receipt_in_use",
        "SE-1",
        N_(
            "Of the {amount} only {free} is free; the rest is held, owed or gone. It is undone when "
            "that is free again, or when its payer has paid in what is missing."
        ),
    )
    NOT_IN_SUSPENSE = reason(
        "settlement.not_in_suspense",
        "SE-2",
        N_("This receipt is {status}; only money in suspense is matched or returned."),
    )
    PRICE_NOT_PAID = reason(
        "settlement.price_not_paid",
        "DL-2",
        N_("Right and money move together, and {missing} of the money are still missing."),
    )
    ALREADY_SETTLED = reason(
        "settlement.already_settled",
        "DL-2",
        N_("Right and money have moved for this deal already."),
    )
    DEAL_ENDED = reason("settlement.deal_ended", "DL-2", N_("This deal has ended; nothing moves."))
    PAYEE_DIFFERS = reason(
        "settlement.payee_differs",
        "SE-3",
        N_("Money goes only to an account in the party's own name: “{holder}” is not “{party}”."),
        422,
    )
    ACCOUNT_NUMBER_WRONG = reason(
        "settlement.account_number_wrong",
        "SE-3",
        N_("A bank account number has 5 to 34 letters and digits."),
        422,
    )
    DEBT_NOT_DUE = reason(
        "settlement.debt_not_due",
        "RR-6",
        N_("The debt falls due on {due_on}; until then what is held stays held."),
    )
    CLAIM_OUT_OF_RANGE = reason(
        "settlement.claim_out_of_range",
        "RR-6",
        N_("Of what is held, {held} can be asked for at most, and something at least."),
        422,
    )
    PLEDGE_ENDED = reason(
        "settlement.pledge_ended",
        "RR-6",
        N_("The pledge stands no longer: what is held for it goes back to the seller."),
    )
