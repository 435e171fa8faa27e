"""
What is open to whom, and why; whatever is not listed here is refused.
"""

# Open to everybody, and why.
OPEN = {
    "GET /board": "the board is public (LI-1)",
    "GET /listings/{listing}": "what is on the board is public (LI-1)",
    "GET /lots": "auctions are public, by paddle (AU-9)",
    "GET /lots/{lot}": "auctions are public, by paddle (AU-9)",
    "GET /lots/{lot}/record": "the record is public after the close; before it is refused (AU-9)",
    "GET /certificates": "the register of certificates is public (CE-2)",
    "GET /certificates/{number}": "revocation is public (CE-2)",
    "GET /certificate-kinds": "what certificates say is public (CE-1)",
    "GET /certificate-templates/{certificate_kind}": "every certificate shows the words (CE-1)",
    "POST /verify": "anybody verifies; nothing is kept (CE-2)",
    "GET /rights/checklists": "what is examined is public (RR-7)",
    "GET /rights/notices": "a public notice (RR-7)",
    "GET /rights/notices/{application}": "a public notice (RR-7)",
    "GET /rights/titles/{technology}": "the register is public (RR-10)",
    "GET /rights/titles/{technology}/report": "the register is public (RR-10)",
    "GET /rights/entries/{entry}": "the register is public (RR-8)",
    "GET /rights/titles/{technology}/grants": "the register is public (RR-10)",
    "GET /rights/titles/{technology}/restrictions": "the register is public (RR-10)",
    "POST /rights/titles/{technology}/proposed-licence": "the register answers everybody (RR-10)",
    "POST /rights/titles/{technology}/proposed-pledge": "the register answers everybody (RR-10)",
    "GET /search": "what is public is found by everybody (MA-2)",
    "GET /technologies": "what entered the market is public (TE-1)",
    "GET /technologies/{technology}": "what entered the market is public (TE-1)",
    "GET /technologies/template.xlsx": "an empty form (TE-5)",
    "GET /parties": "verified organisations are public (PA-1)",
    "GET /parties/{party_id}": "verified organisations are public (PA-1)",
    "GET /log/checkpoint": "the log is public (LO-1)",
    "GET /log/entries/{index}": "the log is public (LO-1)",
    "GET /log/consistency": "the log is public (LO-1)",
    "GET /log/refused-checkpoints": "what a log cannot explain is public (LO-3)",
    "GET /log/keys": "what anybody verifies with (LO-1)",
    "GET /venue": "the venue describes itself (NE-1)",
    "GET /venue/clock": "the venue's time (TI-2)",
    "GET /network/countersignatures/{number}": "who stands for a certificate is public (CE-2)",
    "GET /network": "who is in the network is public (NE-1)",
    "GET /network/institutions": "who is accredited is public (PA-6)",
    "GET /rulebook": "the rules are public",
    "GET /network/projects": "joint projects are public (NE-3)",
    "GET /network/projects/{venue}/{project}": "joint projects are public (NE-3)",
    "GET /network/procedures": "procedures are public, as the rules are",
    "GET /network/procedures/{venue}/{template}": "procedures are public, as the rules are",
    "POST /sign-up": "how people join (PA-2)",
    "POST /sign-up/confirm": "how people join (PA-2)",
}
# One's own account: whoever is signed in, about nobody else.
SELF = {
    "GET /me",
    "GET /me/invitations",
    "PATCH /me",
    "POST /me/second-factor",
    "POST /me/second-factor/confirm",
    "DELETE /me/second-factor",
    "GET /tokens",
    "POST /tokens",
    "POST /parties",
    "GET /notices",
    "GET /notices/unread",
    "POST /notices/read",
    "GET /notices/mail",
    "PUT /notices/mail/{kind}",
}
# Any member may, for its own party: nobody else's object is touched.
MEMBERS = {
    "POST /listings": "a draft of one's own; titles are checked when it is submitted (LI-1)",
    "POST /listings/{listing}/intents": "every verified party may apply (LI-4)",
    "POST /rights/notices/{application}/objections": "every verified party may object (RR-7)",
    "POST /documents": "a file of one's own",
    "POST /my/custody/several": "each is its sole owner's to ask for; others' are refused one by one",
    "POST /orders": "every verified party may apply elsewhere, through its venue (NE-4)",
    "POST /party-credential": "one's own party's credential (PA-4)",
}
# Lists a member gets of its own; that they show nobody else's is what the secrecy tests look at.
OWN_LISTS = {
    "GET /account",
    "GET /deals",
    "GET /intents",
    "GET /my/custody",
    "GET /listings",
    "GET /listings/{listing}/intents",
    "GET /listings/{listing}/pre-emptions",
    "GET /log/openable",
    "GET /log/openings",
    "GET /orders",
    "GET /payables",
    "GET /payouts",
    "GET /pre-emptions",
    "GET /project-invitations",
    "GET /project-parts",
    "GET /proceeds",
    "GET /rights/applications",
    "GET /rights/applications/{application}/objections",
    "GET /rights/disposals",
    "GET /rights/filings",
    "GET /rights/holdings",
    "GET /rights/incomes",
    "GET /technologies/imports",
}
# What every office reads, whatever its powers (DL-1, CE-2, TE-1).
OFFICES = {
    "GET /deals",
    "GET /deals/{deal}",
    "GET /deals/{deal}/contract",
    "GET /deals/{deal}/money",
    "GET /documents/{document_id}",
    "GET /documents/{document_id}/content",
    "GET /certificates/{number}/content",
    "GET /certificates/{number}/pdf",
    "GET /certificates/{number}/credential",
    "GET /certificate-proposals",
    "GET /certificate-proposals/{proposal}",
    "GET /certificate-reissues",
    "GET /certificate-reissues/{reissue}",
    "POST /documents",
}
# Answered with an empty list rather than refused: what is not one's own is not there (LI-4).
FILTERED_TO_NOTHING = {
    "GET /listings/{listing}/intents",
    "GET /listings/{listing}/pre-emptions",
}
# Where a name does not betray: verified organisations are public; one's own people have addresses.
PUBLIC_PARTIES = {"GET /parties", "GET /parties/{party_id}"}
ONES_OWN_ADDRESS = {
    "GET /me",
    "GET /parties/{party_id}/mandates",
    "GET /parties/{party_id}/invitations",
}
# The seller knows its buyer once there is a deal.
OF_THE_DEAL = frozenset(
    {
        "GET /deals",
        "GET /deals/{deal}",
        "GET /deals/{deal}/contract",
        "GET /deals/{deal}/money",
        "GET /project-parts/{part}/sale",
        "GET /rights/disposals",
        "GET /rights/disposals/{entry}",
    }
)
