"""
The network's API: the routers of its packages.
"""

from ninja import Router

from hutong.network.claims.api import router as claims
from hutong.network.clearing.api import router as clearing
from hutong.network.countersigning.api import router as countersigning
from hutong.network.custody.api import router as custody
from hutong.network.duplicates.api import router as duplicates
from hutong.network.membership.api import router as membership
from hutong.network.messages.api import router as messages
from hutong.network.mirrors.api import router as mirrors
from hutong.network.procedures.api import router as procedures
from hutong.network.projects.api import router as projects
from hutong.network.recognition.api import router as recognition
from hutong.network.sales.api import router as sales
from hutong.network.trade.api import router as trade

router = Router(tags=["network"])
PARTS = (
    *(messages, mirrors, claims, membership, trade, clearing, recognition),
    *(projects, sales, procedures, custody, duplicates, countersigning),
)
for part in PARTS:
    router.add_router("", part)
