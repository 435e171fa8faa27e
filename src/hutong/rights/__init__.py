"""
The rights register: who holds which power over a technology (RR), and how that comes to change.

    application   draft → (claiming →) submitted → notice (公示 15 days, stopped by objections) → registered
                    ↘ withdrawn   ↘ rejected    ↘ held (a holder lost verification) ↗

    filing        agreeing → submitted → approved → entered      licences, pledges, corrections:
                    ↘ declined  ↘ rejected  ↘ withdrawn          outside a deal, without notice

    disposal      prepared → (outside step, RR-11) → effected | cancelled
    from a deal

    entry         written once, never edited; numbered; bitemporal: effective from a date, known
                  from a moment; an entry that corrects names the one it corrects (RR-8)

A title is never stored as truth: it is the replay of the entries known at a moment and effective
on a date. `shares` and `scope` are the arithmetic, `acts` what an entry holds, `register` the
replay with `grants` and `burdens`, `rules`, `transfers` and `filing` the procedures. Rows that say
where grants and restrictions stand now exist for the indexes that exclude conflicts (RR-4).
"""
