"""
The agreement between a seller and a buyer, however they came to it (DL-1).

    agreed → signed → paid → moved → certified → closed
       └───────┴───────┴→ defaulted | terminated

`agreed` has a contract text both sides must accept, byte for byte. When the second does, the deal
is signed and the right is bound (RR-7). Money and right move together in `settlement` (DL-2).
"""
