"""
Files by hash: one content is stored once, whoever owns it.

    upload → checked (size, name, true type) → stored under its SHA-256 → removed → swept

A document belongs to a subject (`party:…`, `technology:…`) and has an access level; who may read
what is not public is decided by the area that owns the subject (access.py).
"""
