"""
Custody of a registered technology goes from one venue to another (NE-8).

    at the old venue   wished ─▶ proposed ─▶ offered ─▶ accepted ─▶ moved
                                    └──────────┴─▶ withdrawn | declined | failed
    at the new one               received ─▶ taken_up ─▶ accepted ─▶ handed ─▶ opened
                                    └──────────┴─▶ declined | withdrawn

Two officers act at each venue (PA-5). From the offer on no act is possible on the title at the old
venue; when the new one accepts, the claim of its number is written over by the registrar; when that
is final the old venue closes its chapter in its log, and the new one, having seen that entry in its
mirror, opens with it. At every moment one venue, or none, takes acts on the title.
"""
