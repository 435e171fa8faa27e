"""
The one lock of membership: whoever changes anything of it holds the network's row.
"""

from hutong.kit.refusal import Refused
from hutong.venues.models import Network
from hutong.venues.rules import Refusal


def locked_network() -> Network:
    """The network this venue is in, locked. Refused when there is none."""
    network = Network.objects.select_for_update().filter(is_current=True).first()
    if network is None:
        raise Refused(Refusal.NOT_IN_NETWORK)
    return network
