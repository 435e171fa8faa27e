"""
Certificates: what happened, on paper that proves itself (CE-1, CE-2).

    issued (content frozen, number taken, digest in the log)
       → rendered (PDF and credential, with the proof that the log holds it)
       → revoked (asked by one officer, decided by another)

One content, three forms: a bilingual signed PDF, a W3C Verifiable Credential, an entry of the
public log. Each verifies offline with the venue's key file.
"""
