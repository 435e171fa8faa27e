"""
Real time by the database's clock: for tokens, codes and links, never for the venue (TI-2).
"""

from datetime import datetime

from django.db import connection


def real_now() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]
