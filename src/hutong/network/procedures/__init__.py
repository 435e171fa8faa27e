"""
Procedure templates: the way registration, listing and certification go, published by one venue and
adopted by others as part of their own rulebook.

    at its venue     proposed ─► published, version 1, 2 … ─► in the log, its text beside it
                         └► withdrawn
    at others        read in the mirror ─► compared ─► proposed as a version of the own rulebook
                     ─► adopted by another officer (PA-5): the entry names venue, template and digest
                     a later version published there is offered again

A template has whole parts of a rulebook. What makes a venue itself (name, accounts, fees, whom it
trusts with how much, its calendar and offices) is in none.
"""
