"""
Selling a joint project: contract, money and rights of parts at several venues (NE-3, DL-1, DL-2).

    lead venue    the deal and its parts (`deals.parts`): award → assure → move, asked of each home venue
    home venue    awarded → signed → assured → ready → moved
                     └────────┴─────────┴────────┴─► ended

A part's seller accepts the deal's exact contract at its own home venue, which binds its rights there.
When the price is paid, the lead venue stands for each part's share of it. When every home venue has
said that its part can move, the lead venue decides; then each part's register entries and its seller's
credit are one transaction at its home venue, and its answer turns the held money into a debt between
the two. Parts of the lead venue's other sellers go the same way, without a message.
"""
