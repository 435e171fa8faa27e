"""
Who works on what at the desk, so that two officers do not do the same.

    waiting ──take──→ taken ──hours pass, or let go──→ waiting
                        └──hand over──→ taken by a colleague

Taking a case gives no power and takes none away: it tells colleagues. What is decided is decided by
the areas' own actions; a case that has left the queue is nobody's any more.
"""
