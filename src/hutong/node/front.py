"""
The one public port of a venue on one machine: plain ASGI.

    /live/…, POST …/bids, GET …/bids/<id> ─► the hot door, in this process
    everything else                       ─► web, over a unix socket (proxy.py)

Behind a reverse proxy that splits the paths itself (docs/operating.md), only the hot door is used.
"""

import os
import re
from typing import Any

import django

from hutong.node.loading import loading

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hutong.node.settings")
with loading():
    django.setup()
    from hutong.node.hot import hot_door  # models need Django set up
    from hutong.node.proxy import Proxy

HOT = re.compile(r"^/live/|^/api/v1/lots/[^/]+/bids(/[^/]+)?/?$")


def compose(hot: Any, web: Proxy) -> Any:
    """Make one ASGI application of the hot door and the rest."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await hot(scope, receive, send)
            await web.close()
        elif scope["type"] == "http":
            await (hot if HOT.match(scope["path"]) else web)(scope, receive, send)

    return app


app = compose(hot_door(), Proxy(os.environ.get("HUTONG_WEB_SOCKET", "")))
