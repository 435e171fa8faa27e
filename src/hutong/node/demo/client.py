"""
The demo's way of speaking to the venue: its public API, and nothing else.
"""

import json
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

PATIENCE_SECONDS = 60


class StepFailed(Exception):
    """The venue's answer was not what the story needs. The message shows the answer."""


@dataclass
class Api:
    """One caller of the API: a base address, perhaps a token. Every POST has its own key."""

    base: str
    token: str | None = None
    who: str = "public"
    client: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=60))

    def as_(self, token: str, who: str) -> "Api":
        return Api(self.base, token, who, self.client)

    def get(self, path: str, **query: Any) -> Any:
        return self._ask("GET", path, params={k: v for k, v in query.items() if v is not None})

    def post(self, path: str, body: Any = None, **options: Any) -> Any:
        headers = {"Idempotency-Key": str(uuid.uuid4()), **options.pop("headers", {})}
        content = {} if body is None else {"json": body}
        return self._ask("POST", path, headers=headers, **content, **options)

    def fetch(self, path: str) -> httpx.Response:
        """The answer as it came, whatever its status."""
        return self._send("GET", path)

    def download(self, path: str) -> bytes:
        response = self.fetch(path)
        if response.status_code != 200:
            raise StepFailed(self._told("GET", path, response))
        return response.content

    def all(self, path: str, **query: Any) -> list[Any]:
        """Every item of a paged list."""
        items, cursor = [], None
        while True:
            page = self.get(path, cursor=cursor, limit=200, **query)
            items += page["items"]
            cursor = page["next"]
            if not cursor:
                return items

    def _send(self, method: str, path: str, **options: Any) -> httpx.Response:
        headers = {"Accept-Language": "zh-Hans", **options.pop("headers", {})}
        if self.token and "auth" not in options:
            headers["Authorization"] = f"Bearer {self.token}"
        url = path if path.startswith("http") else self.base + path
        return self.client.request(method, url, headers=headers, **options)

    def _ask(self, method: str, path: str, **options: Any) -> Any:
        response = self._send(method, path, **options)
        if response.status_code >= 400:
            raise StepFailed(self._told(method, path, response))
        return response.json() if response.content else None

    def _told(self, method: str, path: str, response: httpx.Response) -> str:
        try:
            problem = response.json()
            words = f"{problem.get('code')}: {problem.get('title')} {problem.get('faults') or ''}"
        except (json.JSONDecodeError, AttributeError):
            words = response.text[:400]
        return f"{method} {path} as {self.who} → {response.status_code} {words}"


def wait_for(
    what: str, ask: Callable[[], Any], *, seconds: float = PATIENCE_SECONDS, every: float = 0.1
) -> Any:
    """Ask until the answer is true, and return it. Raises StepFailed when patience ends."""
    until = time.monotonic() + seconds
    while True:
        answer = ask()
        if answer:
            return answer
        if time.monotonic() > until:
            raise StepFailed(f"waited {seconds:.0f} s for {what}, in vain")
        time.sleep(every)
