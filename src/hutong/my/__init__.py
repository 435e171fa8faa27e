"""
Members' pages: what waits for me, my party, technologies, rights, listings, intents, deals, money.

One file a subject. A page reads through queries and writes through actions; what a rule refuses
stands beside the form with what was typed.
"""
