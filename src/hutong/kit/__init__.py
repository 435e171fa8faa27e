"""
Pure words every area shares: actor, refusal, moments, calendar, money, ids, canonical JSON.

Nothing here knows Django, a database, a clock or a network. Facts come in, answers go out.
"""
