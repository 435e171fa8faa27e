"""
Membership over the network: what venues/ decides, carried between venues, with what only the
packages of the network know (NE-1).

    officers ─▶ venues.actions ─▶ venues.Approved ─▶ to the members: the change; to the registrar:
                     ▲                                the approval (messages)
                     └── a vote to replace the registrar says what our mirror holds of its log
"""
