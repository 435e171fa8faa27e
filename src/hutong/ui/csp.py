"""
The content security policy every page is sent with: nothing inline, nothing from elsewhere.

No nonces, because there is nothing inline to allow. A deployment that serves static files or an
object store from another host names it in the setting `CSP_HOSTS`, by directive:

    CSP_HOSTS = {"img-src": ["https://files.example.org"]}
"""

import re
from collections.abc import Callable, Mapping, Sequence

from django.conf import settings
from django.http import HttpRequest, HttpResponse

_HOST = re.compile(r"(https?|wss?)://[a-z0-9.-]+(:\d+)?(/[\w./-]*)?", re.IGNORECASE)
HEADER = "Content-Security-Policy"
POLICY: dict[str, tuple[str, ...]] = {
    "default-src": ("'self'",),
    "script-src": ("'self'",),
    "style-src": ("'self'",),
    "img-src": ("'self'", "data:"),  # the style sheet draws its marks as data: images
    "connect-src": ("'self'",),
    "object-src": ("'none'",),
    "base-uri": ("'none'",),
    "form-action": ("'self'",),
    "frame-ancestors": ("'none'",),
}


def policy(hosts: Mapping[str, Sequence[str]] | None = None) -> str:
    """Write the policy, with further hosts by directive. Raises ValueError for a loosening."""
    directives = dict(POLICY)
    for directive, more in (hosts or {}).items():
        if directive not in directives:
            raise ValueError(f"CSP_HOSTS names a directive the policy does not have: {directive}")
        for host in more:
            if not _HOST.fullmatch(host):
                raise ValueError(f"CSP_HOSTS[{directive}] may only name hosts, not {host!r}")
        kept = tuple(source for source in directives[directive] if source != "'none'" or not more)
        directives[directive] = (*kept, *more)
    return "; ".join(f"{name} {' '.join(sources)}" for name, sources in directives.items())


class ContentSecurityPolicyMiddleware:
    """Middleware: add the policy to every response that has none of its own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.value = policy(getattr(settings, "CSP_HOSTS", None))

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault(HEADER, self.value)
        response.headers.setdefault(
            "Permissions-Policy", "camera=(), microphone=(), geolocation=()"
        )
        return response
