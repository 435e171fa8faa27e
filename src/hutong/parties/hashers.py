"""How passwords are kept: Argon2id by argon2-cffi, at figures that keep sign-in answerable."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2Hasher(Argon2PasswordHasher):
    """19 MiB, two passes, one lane: OWASP's minimum, some 20 ms."""

    time_cost = 2
    memory_cost = 19_456  # KiB
    parallelism = 1
