"""
What the seller of a part hears when the joint project is sold.
"""

from datetime import datetime

from hutong.kit.ids import subject
from hutong.kit.moments import local_date
from hutong.kit.money import with_unit
from hutong.kit.refusal import N_
from hutong.network.sales.queries import SaleView
from hutong.notices.actions import notify
from hutong.notices.rules import Text, register
from hutong.parties import queries as parties

TEXTS = {
    "network.SaleAwarded": Text(
        "network.SaleAwarded",
        title=N_("The joint project is sold: contract {number}"),
        body=N_("Your part earns {price}. Read the contract and accept its text by {sign_by}."),
    ),
    "network.SaleMoved": Text(
        "network.SaleMoved",
        title=N_("Your part of deal {number} has moved"),
        body=N_("The register names the buyer; your account has {price} less the fee."),
    ),
    "network.SaleEnded": Text(
        "network.SaleEnded",
        title=N_("The sale of your part ended: contract {number}"),
        body=N_("Nothing moved; its rights are free again."),
    ),
}
register(*TEXTS.values())


def tell_seller(kind: str, sale: SaleView, *, now: datetime) -> None:
    notify(
        now=now,
        to=list(parties.people_of(sale.seller)),
        kind=kind,
        facts={
            "number": sale.number,
            "price": with_unit(sale.amount_fen, sale.currency),
            "sign_by": local_date(sale.sign_by),
        },
        link=f"/my/project-parts/{sale.part}",
        subject=subject("project_part", sale.part),
    )
