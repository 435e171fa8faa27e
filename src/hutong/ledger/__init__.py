"""
The books: accounts, holds and postings. Double entry and nothing else (SE-1).

    transfer   postings that sum to zero in each currency, written once
    hold       placed → posted (part or whole) | voided | expired, at most once

What a receipt, a deposit or a fee is, the ledger does not know: areas above say it with `kind`
and `about`. Amounts grow to the good of the account's owner, so that the bank clearing account,
which owes the venue what lies at the bank, is the one that stands below zero.
"""
