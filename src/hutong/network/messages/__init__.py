"""
Messages between venues: signed, kept by both sides as evidence, ordered per subject, asked again
until answered, handled exactly once (NE-2).

    action ─send─► outbox ──worker──► POST /network/inbox ──► inbox ─► handler ─► answer
                     ▲                                                             │ signed
                     └───────── on_answer, in one transaction ◄────────────────────┘

    evidence of both sides ─► a batch, every few seconds ─► network.MessagesCommitted in the log
"""
