"""
Who takes part: persons, parties (主体), the mandates between them, officers and tokens (PA-1…PA-3,
PA-5, PA-7).

A person signs in; a party owns, sells and buys. A mandate lets a person act for a party, a role
makes a person an officer of this venue.

    party     unverified → pending → verified ⇄ suspended
                  ↑__________|  (not accepted, with the reason)

    person    signed up → e-mail confirmed
    mandate   invited → granted → revoked   (by acceptance; the last owner stays)
    office    appointed → dismissed    (never by or for oneself)
    token     issued → expired | revoked
    control   since → until
"""
