"""
What happens when its moment in venue time has come: kind of timer → handler.
"""

from hutong.auctions import jobs as auctions
from hutong.deals import jobs as deals
from hutong.due.running import Handler
from hutong.ledger import jobs as ledger
from hutong.listings import jobs as listings
from hutong.network.clearing import answering as clearing
from hutong.network.recognition import jobs as recognition
from hutong.parties import jobs as parties
from hutong.rights import jobs as rights

TIMERS: dict[str, Handler] = {
    "auctions.opens": auctions.on_opens,
    "rights.notice_over": rights.notice_over,
    "listings.cut_off": listings.cut_off,
    "deals.sign_due": deals.sign_due,
    "deals.payment_due": deals.payment_due,
    "ledger.hold_expires": ledger.hold_expires,
    "parties.invitation_expires": parties.invitation_expires,
    "clearing.strike": clearing.strike_due,
    "recognition.refresh": recognition.refresh_due,
    "parties.recognition_ends": parties.recognition_ends,
}
