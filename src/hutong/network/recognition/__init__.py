"""
Institutions: what one venue verified, every venue accepts (PA-4).

    home venue   parties.Verified ─► party credential, in its log ─► shown to another venue
    other venue  signature by the issuer's key in the membership list · inclusion in its log · not
                 revoked, as our mirror of that log has it · issuer in good standing ─► recognised

A recognition ends by itself: at the credential's last day, when the mirror brings its revocation,
or when the issuer leaves the network or is suspended.
"""
