"""
Venues joined: what they say to each other, see of each other, and do together (NE-1 to NE-8).

    venues/  who is a member ─────────────────────────────────────────────┐
                                                                          ▼
    messages   signed, kept by both, retried until answered (NE-2) ──▶ every package below
    mirrors    the others' logs, verified, and the picture made of them (LO-3, LO-4)
    claims     one statutory right, one registration, in the whole network (NE-5)
    trade      intents, bids and deals of another venue's members (NE-4)
    clearing   what venues owe each other, netted and signed by both (SE-5)

Each package has the anatomy of an area. The protocol is docs/network.md.
"""
