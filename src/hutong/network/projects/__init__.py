"""
Joint projects: technologies of sellers at several venues, offered as one (NE-3, TE-4).

    lead venue    drafted ─► announced ─► composed ─► listed ─► closed
                      └──────────┴───────────┴─► closed (withdrawn)
    home venue    invited ─► accepting ─► joined | declined
      its parts       mandated ─► added ─► taken ─► listed ─► released
                          └► returned │ └► refused └► withdrawn

Two officers announce a project; each venue invited joins by two of its own (PA-5). A seller gives
its mandate at its own venue for a bundle of its own, which an officer there examines and adds: an
entry in that venue's log, the rights reserved. The lead venue reads the part, its technologies and
their register in its mirror of that log, and takes it only as it stands there. The parts' share of
the price is their share of what the sellers ask; the lead seller offers the whole as one listing.
"""
