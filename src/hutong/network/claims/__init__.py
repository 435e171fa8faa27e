"""
Network claims: a statutory right is registered at one venue of the network, the first that claims
its number (TE-3, NE-5).

    asked ──► granted ──held by a majority──► final           the register goes on (RR-7)
          └─► taken, the other's claim final ──► lost          the register says whose it is
    final ──► released                                         the right was not registered after all

One member, the registrar, keeps the claims; its log is their record, and what a majority of the
members hold of that log survives its loss. A replaced registrar's claims are taken over by the next
from the largest log held by those who voted for the replacement.
"""
