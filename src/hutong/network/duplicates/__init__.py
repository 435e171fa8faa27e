"""
One right registered at two venues before they knew of each other, found when one joins (NE-5).

    found ──▶ open ──▶ proposed ──▶ decided          at the registrar: by two officers, with reasons
               └─ both venues state their case        at both venues: the title is held meanwhile

The claim that stands is the earlier one's. Decided for the other, the number is written over; the
venue it is decided against takes no act on its title but the cancelling of the registration.
"""
