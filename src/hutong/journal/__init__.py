"""
The journal: every act, written in the transaction that does it (LO-1).

    @action → record() → entry + pending ──commit──► sequencer → position (and log index)
                                                          │
                                     reactions, statistics, mirrors read by position

An entry is never changed. What is private lies beside it and can be erased; what is public but
erasable lies in content blobs; the entry keeps digests of both (LO-2).
"""
