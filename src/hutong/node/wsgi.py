"""
Django for gunicorn. Behind the front (a unix socket has no peer address) the client's address comes
in a header only the front can set.
"""

import os
from collections.abc import Callable, Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

from hutong.node.loading import loading

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hutong.node.settings")
with loading():
    _django = get_wsgi_application()
    from hutong.node.warm import warm_up  # reads the settings

    warm_up()


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    client = environ.pop("HTTP_X_HUTONG_CLIENT", None)
    if client and not environ.get("REMOTE_ADDR"):
        environ["REMOTE_ADDR"] = client
    return _django(environ, start_response)
