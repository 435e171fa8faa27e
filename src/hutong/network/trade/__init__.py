"""
Cross-venue trade: a member of venue B buys at venue A through B (NE-4).

    B  order    asking → applied → qualified ─deposit held─► guaranteed → awarded → signed → paid → settled
                  ↘ declined    ↘ withdrawn    ↘ declined      ↘ released (lost)   ↘ ended
    A  foreign  the same intent, bids and deal as any member's; the money is B's guarantee, then B's debt
       order

What A decides it decides alone, as for its own members. B holds its member's money, and answers for
it: a deposit is B's guarantee at A; what A applies or calls of it, and the price, is B's debt to A,
which clearing settles (SE-5). Each side tells the other in order, per order, until answered; so
every order ends in one of its outcomes, the same at both.
"""
