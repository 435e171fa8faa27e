"""
What other venues may tell us, and who takes in what they answer: the one table of all kinds of
messages (NE-2; docs/network.md).

A kind's name is `area.verb`; it and its versions are part of the protocol.
"""

from hutong.network.check import answering as check
from hutong.network.claims import actions as claims
from hutong.network.claims import batches
from hutong.network.clearing import answering as clearing
from hutong.network.countersigning import jobs as countersigning
from hutong.network.custody import jobs as custody
from hutong.network.duplicates import jobs as duplicates
from hutong.network.membership import jobs as membership
from hutong.network.messages.kinds import Kind
from hutong.network.projects import answering as projects
from hutong.network.recognition import jobs as recognition
from hutong.network.sales import answering as sales
from hutong.network.trade import answering as trade

KINDS: dict[str, Kind] = {
    # the registrar's: a number is claimed, given back, written over (NE-5, NE-8)
    "claims.claim": Kind(claims.on_claim, claims.on_answer),
    "claims.release": Kind(claims.on_release, claims.on_answer),
    "claims.move": Kind(claims.on_move, claims.on_answer),
    "claims.final": Kind(claims.on_final),
    "claims.batch": Kind(batches.on_batch, batches.batch_answered),
    "claims.finals": Kind(batches.on_finals),
    **trade.KINDS,
    **countersigning.KINDS,
    **clearing.KINDS,
    **membership.KINDS,
    **check.KINDS,
    **recognition.KINDS,
    **custody.KINDS,
    **duplicates.KINDS,
    **projects.KINDS,
    **sales.KINDS,
}
