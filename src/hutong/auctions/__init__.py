"""
Auctions 网络竞价: several qualified buyers, one lot, open bidding in real seconds (AU-1..AU-5, AU-9).

    open_lot ──► announced ──► free ──► limited ──► sold | unsold
                     └──────── suspended ◄──► ───────┘

    bidder ──► door (plain ASGI) ──► desk: take all that wait, lock the lot once, judge, COPY, commit
           ◄── receipt ◄──────────────┘                └──► NOTIFY ──► every door's watchers (SSE)

Phases follow from the clock; only outcomes are stored. A lot is one row, an attempt is one row that
nobody may change, and the journal holds, per batch, the chained hash that the record must replay to.
"""
