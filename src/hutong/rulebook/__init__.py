"""
The venue's rules as data: versioned, validated, adopted by two officers.

    proposed → adopted (in force from a moment) → superseded by the next version
        └──── withdrawn

A procedure keeps the version it started under: it stores the number and asks for that version.
"""
