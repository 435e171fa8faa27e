"""
Tables of the register.

    application 1 ── n item, claim (holders), evidence, objection     the procedure
                1 ── 1 fee, empowerment (beneficiaries, contributions)
    objection   1 ── n argument
    income      1 ── n cost, due                                       what a deal paid contributors
    entry       1 ── n holding                                         insert-only: the register
    title       one row per registered technology: what is locked, and where the replay ends now
    disposal    what a deal or a filing binds on its way; at most one that blocks per technology
    grant, restriction, filing 1 ── n agreement    use, burdens, and what is filed for them
    series      the last number given, per kind of number and year

The title row is a convenience: the register is its entries, and the doctor replays them.
Lock order: application, then title rows by technology, then disposal, then series.
"""

from hutong.rights.models.applications import (
    Application,
    Argument,
    Claim,
    Consent,
    Evidence,
    Fee,
    Item,
    Objection,
)
from hutong.rights.models.common import LockingQuerySet, holdings_of
from hutong.rights.models.empowering import (
    Beneficiary,
    Contribution,
    Cost,
    Due,
    Empowerment,
    Statement,
)
from hutong.rights.models.entries import Disposal, Entry, Holding, Series, Title
from hutong.rights.models.granted import Agreement, Filing, Grant, Restriction, next_line

__all__ = [
    "Agreement",
    "Application",
    "Argument",
    "Beneficiary",
    "Claim",
    "Consent",
    "Contribution",
    "Cost",
    "Disposal",
    "Due",
    "Empowerment",
    "Entry",
    "Evidence",
    "Fee",
    "Filing",
    "Grant",
    "Holding",
    "Item",
    "LockingQuerySet",
    "Objection",
    "Restriction",
    "Series",
    "Statement",
    "Title",
    "holdings_of",
    "next_line",
]
