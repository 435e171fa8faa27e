"""
Opening private fields: whoever they belong to shows chosen fields of an entry to chosen readers, who
check them without trusting anybody (LO-2).

    entry's commitments (in the log) ◄── salt + value (the holder's) ──► file, or a link
                                                            open → revoked

The file holds the entry, its proof and the fields' salts and values; it verifies offline. A link shows
the same for as long as it is not revoked, and as long as nothing of it was erased.
"""
