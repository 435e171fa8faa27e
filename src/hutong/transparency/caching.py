"""
What lies under /log/ is the same for everybody: caches between us and readers may share it.

Sessions and languages, which the rest of the site varies by, leave no trace on it.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

GetResponse = Callable[[HttpRequest], HttpResponse]
SHARED = ("/log/checkpoint", "/log/tile/", "/log/content/")


def shared_files(get_response: GetResponse) -> GetResponse:
    """Middleware: no cookies, and no `Vary` but by encoding, on the log's files."""

    def respond(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.path.startswith(SHARED):
            response.cookies.clear()
            response["Vary"] = "Accept-Encoding"
            response.headers.pop("Content-Language", None)
        return response

    return respond
