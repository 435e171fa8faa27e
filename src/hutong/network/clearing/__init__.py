"""
Clearing between venues: what each owes the other, agreed by both and settled (SE-5).

    orders across venues ─► clearing account of each other venue: owed to it, or by it
                            guarantee account: what it stands for until a procedure ends
"""
