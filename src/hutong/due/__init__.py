"""
What is due when, in venue time (TI-1, TI-2).

    scheduled ──due_at reached──► taken (SKIP LOCKED) → handled → gone
        │                              └─ failed → tried again, later and later; shown
        └── cancelled

Venue time is real time plus an offset. A real venue's offset is always zero; a demo venue's jumps
to the next due moment when nothing is running, and stands still relative to real seconds between.
"""
