"""
Where a request comes from, for counting failures.
"""

from ipaddress import ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

LOOPBACK = ("127.0.0.0/8", "::1/128")


def place_of(request: HttpRequest) -> str:
    """The sender's address: what the nearest proxy of ours says, else the connection's own.

    Only proxies in settings.TRUSTED_PROXIES (default: this machine) are believed, and of a chain
    only what the last of them added: the rest anybody can write.
    """
    address = request.META.get("REMOTE_ADDR", "")
    said = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    return said if said and _is_ours(address) and _is_address(said) else address


def _is_ours(address: str) -> bool:
    networks = getattr(settings, "TRUSTED_PROXIES", LOOPBACK)
    return _is_address(address) and any(
        ip_address(address) in ip_network(network) for network in networks
    )


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
