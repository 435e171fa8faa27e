"""
What codes are called on members' pages alone; what others show too stands in `ui.words`.
"""

from hutong.kit.refusal import N_
from hutong.ui.words import Words

NUMBERS: Words = {
    "application": N_("Application number"),
    "publication": N_("Publication number"),
    "grant": N_("Grant number"),
    "registration": N_("Registration number"),
}
ACCESS: Words = {
    "public": N_("Everybody"),
    "qualified": N_("Qualified buyers"),
    "secret": N_("Only we and the venue"),
}
SCHEMES: Words = {
    "uscc": N_("Unified social credit code"),
    "lei": N_("LEI"),
    "ror": N_("ROR"),
}
