"""
The rights register: who holds which power over a technology (RR), and how that comes to change.

    application   draft → submitted → notice (公示 15 days, stopped by objections) → registered
                    ↘ withdrawn   ↘ rejected    ↘ held (a holder lost verification) ↗

    disposal      prepared → (outside step, RR-11) → effected | cancelled
    from a deal

    entry         written once, never edited; numbered; bitemporal: effective from a date, known
                  from a moment; an entry that corrects names the one it corrects (RR-8)

A title is never stored as truth: it is the replay of the entries known at a moment and effective
on a date. `shares` is the arithmetic, `register` the replay, `rules` the procedure.
"""
