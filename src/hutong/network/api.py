"""
The network's API: the routers of its packages.
"""

from ninja import Router

from hutong.network.membership.api import router as membership

router = Router(tags=["network"])
for part in (membership,):
    router.add_router("", part)
