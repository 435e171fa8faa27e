"""
What codes are called on pages: one word for one thing, wherever it is shown.

Values are English msgids; `{{ code|labelled:words }}` and `choices(words)` translate them.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from hutong.kit.refusal import N_

Words = Mapping[str, str]

PARTY_KINDS: Words = {
    "enterprise": N_("Enterprise"),
    "university": N_("University"),
    "research_institute": N_("Research institute"),
    "government": N_("Government body"),
    "service_institution": N_("Service institution"),
    "individual": N_("Individual"),
}
OFFER_KINDS: Words = {
    "transfer": N_("Transfer"),
    "licence": N_("Licence"),
    "equity": N_("Contribution as equity"),
    "joint_development": N_("Joint development"),
    "investment": N_("Seeking investment"),
}
LICENCE_MODES: Words = {
    "exclusive": N_("Exclusive licence"),
    "sole": N_("Sole licence"),
    "ordinary": N_("Ordinary licence"),
}
PRICE_MODES: Words = {
    "fixed": N_("Fixed price"),
    "floor": N_("Floor price, auction among several buyers"),
    "negotiable": N_("Negotiable"),
}
PAYMENTS: Words = {
    "lump_sum": N_("Lump sum"),
    "instalments": N_("Instalments"),
    "royalty": N_("Royalty"),
    "entry_fee_and_royalty": N_("Entry fee and royalty"),
}
SCOPES: Words = {"local": N_("This venue"), "network": N_("The whole network")}
EXPORT_CLASSES: Words = {
    "free": N_("Free"),
    "restricted": N_("Restricted"),
    "prohibited": N_("Prohibited"),
}
WAYS: Words = {
    "auction": N_("Auction"),
    "single": N_("Only qualified buyer"),
    "negotiated": N_("Negotiation"),
}
SIDES: Words = {"seller": N_("Seller"), "buyer": N_("Buyer")}
ROLES: Words = {
    "registrar": N_("Registrar"),
    "listing": N_("Listing officer"),
    "trading": N_("Trading officer"),
    "settlement": N_("Settlement officer"),
    "compliance": N_("Compliance officer"),
    "certificates": N_("Certificates officer"),
    "administrator": N_("Administrator"),
    "supervisor": N_("Supervisor"),
}
OUTCOMES: Words = {
    "auction": N_("Several buyers qualified: auction"),
    "deal": N_("One buyer qualified: deal"),
    "licences": N_("Licences to all who qualified"),
    "negotiation": N_("Negotiation"),
    "extended": N_("Nobody qualified: extended"),
    "lapsed": N_("Nobody qualified: lapsed"),
}

# Sections of the International Patent Classification.
IPC_SECTIONS: Words = {
    "A": N_("Human necessities"),
    "B": N_("Performing operations; transporting"),
    "C": N_("Chemistry; metallurgy"),
    "D": N_("Textiles; paper"),
    "E": N_("Fixed constructions"),
    "F": N_("Mechanical engineering; lighting; heating; weapons; blasting"),
    "G": N_("Physics"),
    "H": N_("Electricity"),
}
# Sections of GB/T 4754.
INDUSTRY_SECTIONS: Words = {
    "A": N_("Farming, forestry, fishery"),
    "B": N_("Mining"),
    "C": N_("Manufacturing"),
    "D": N_("Power, heat, gas and water"),
    "E": N_("Construction"),
    "F": N_("Wholesale and retail"),
    "G": N_("Transport, storage, post"),
    "H": N_("Hotels and catering"),
    "I": N_("Information, software"),
    "J": N_("Finance"),
    "K": N_("Real estate"),
    "L": N_("Leasing and business services"),
    "M": N_("Research and technical services"),
    "N": N_("Water, environment, public facilities"),
    "O": N_("Residents' services, repair"),
    "P": N_("Education"),
    "Q": N_("Health and social work"),
    "R": N_("Culture, sport, entertainment"),
    "S": N_("Public administration"),
    "T": N_("International organisations"),
}

ENTRY_KINDS: Words = {
    "first_registration": N_("First registration"),
    "transfer": N_("Transfer"),
    "redistribution": N_("New shares among holders"),
    "empowerment": N_("Researcher empowerment"),
    "licence": N_("Licence"),
    "sublicence": N_("Sublicence"),
    "long_term_use": N_("Long-term use by inventors"),
    "surrender": N_("Licence surrendered"),
    "termination": N_("Licence terminated"),
    "freeze": N_("Freeze"),
    "lift": N_("Freeze lifted"),
    "pledge": N_("Pledge"),
    "consent": N_("Consent to a disposal"),
    "pre_emption": N_("Pre-emption"),
    "state_funding": N_("Public funding"),
    "release": N_("Restriction released"),
    "cancellation": N_("Registration cancelled"),
    "struck_out": N_("Entry struck out"),
}
FILING_KINDS: Words = {
    "licence": N_("Licence to register"),
    "surrender": N_("Surrender of a licence"),
    "pledge": N_("Pledge to register"),
    "consent": N_("Consent to a disposal"),
    "release": N_("Release of a restriction"),
    "redistribution": N_("New shares among holders"),
    "restriction": N_("Restriction to note"),
    "termination": N_("Termination of a licence"),
    "cancellation": N_("Cancellation of a registration"),
    "correction": N_("Correction of an entry"),
}
PRE_EMPTION_ORIGINS: Words = {
    "co_owner": N_("Co-owner (Civil Code art. 305)"),
    "service_invention": N_("Inventor of a service invention (art. 847)"),
    "commissioned": N_("Commissioned development (art. 859)"),
    "cooperative": N_("Cooperative development (art. 860)"),
    "contract": N_("Contract"),
}
PROCEEDS: Words = {
    "prepay": N_("It prepays the debt"),
    "deposit": N_("It is deposited"),
}
POWERS: Words = {
    "ownership": N_("Ownership"),
    "disposal": N_("Disposal"),
    "income": N_("Income"),
}
CONSENT_KINDS: Words = {
    "transfer": N_("Transfer"),
    "exclusive": N_("Exclusive licence"),
    "sole": N_("Sole licence"),
    "ordinary": N_("Ordinary licence"),
    "redistribution": N_("New shares among holders"),
    "empowerment": N_("Researcher empowerment"),
}
FILING_SIDES: Words = {
    "licensor": N_("Licensor"),
    "licensee": N_("Licensee"),
    "pledgor": N_("Pledgor"),
    "pledgee": N_("Pledgee"),
    "holder": N_("Who may come first"),
    "by": N_("Given by"),
    "taker": N_("In favour of"),
}
EMPOWERMENT_FORMS: Words = {
    "ownership_share": N_("Share of ownership"),
    "long_term_use": N_("Long-term use"),
}
REWARDS: Words = {
    "cash": N_("Cash"),
    "equity": N_("Equity incentive"),
    "co_investment": N_("Co-investment"),
}
PRICE_BASES: Words = {
    "agreement": N_("Agreed price"),
    "listing": N_("Price by listing"),
    "auction": N_("Price by auction"),
    "valuation": N_("Valuation"),
}
COST_KINDS: Words = {
    "venue_fee": N_("Fee of the venue"),
    "tax": N_("Taxes"),
    "valuation": N_("Cost of valuation"),
    "maintenance": N_("Upkeep of the right"),
    "agency": N_("Agents and advisers"),
    "other": N_("Other costs"),
}


def choices(words: Words, *, empty: str | Promise | None = None) -> list[tuple[str, Any]]:
    """The words as choices of a form field, translated when shown."""
    listed: Iterable[tuple[str, Any]] = ((c, gettext_lazy(text)) for c, text in words.items())
    return [*([("", empty)] if empty is not None else []), *listed]


IMPORT_STAGES: Words = {
    "reading": N_("Reading the rows"),
    "comparing": N_("Comparing with what is here"),
    "writing": N_("Entering"),
}
