"""
Certificates of deals between venues, countersigned by the buyer's venue (NE-4, CE-2).

    home venue    transaction certificate made ──trade.certified──►        bidder's venue
                                                  checks it with its copy of the home venue's log,
                                                  signs its digest, enters that in its own log
                  kept, shown at both     ◄──trade.countersigned──  the statement, with its place there

A certificate then stands on two venues' keys and two logs: neither can disown it, and neither alone
can make one.
"""
