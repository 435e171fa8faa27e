"""
Technologies 技术成果: what is traded (TE-1 … TE-6).

    intended ──▶ entered ──▶ retired
        └───────────────────────┘

A technology is entered one by one, or by the thousand from a file that is checked as a whole and
enters completely or not at all (`importing`). A statutory right is one technology in the whole
network: every number of it is a key that no other live technology may hold (`numbers`).
"""
