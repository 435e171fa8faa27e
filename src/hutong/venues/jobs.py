"""
What membership does by itself: lists are made and renewed, other members asked for theirs, our
application sent until a list has us in it (NE-1).

    members ask each other, the registrar and one more in turn: so a registrar that shows different
    lists to different members is found out, and what one knows of changes all soon know
"""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final

import httpx
import structlog

from hutong.journal.queries import Recorded
from hutong.kit.actor import SYSTEM
from hutong.kit.canonical import canonical
from hutong.kit.refusal import Refused
from hutong.venues import actions, queries
from hutong.venues.fields import DocumentInvalid
from hutong.venues.grounds import Grounds
from hutong.venues.lists import Member, SignedList
from hutong.venues.queries import NetworkView, UndertakingView
from hutong.venues.rules import ASKED_EVERY
from hutong.venues.states import UndertakingStatus
from hutong.venues.wire import (
    APPLY_PATH,
    MAX_MEMBERS_BYTES,
    MEMBERS_PATH,
    MOST_LISTS,
    MembersPage,
)

log = structlog.get_logger(__name__)

SECONDS: Final = 10
LOOK_EVERY: Final = timedelta(seconds=5)  # where no change is under way
JOINING_EVERY: Final = timedelta(seconds=1)
MOST_PAGES: Final = 10_000
AWAY = (httpx.HTTPError, httpx.InvalidURL, DocumentInvalid)


def on_approved(entry: Recorded, grounds: Grounds) -> None:
    """An approval of ours or of others: the registrar sees whether the next list can be made."""
    real_now = queries.database_time()
    _made(lambda: actions.issue(actor=SYSTEM, now=entry.at, real_now=real_now, grounds=grounds))


def _made(act: Callable[[], int]) -> int:
    """Lists made; none where this registrar may not sign at present, which officers are shown."""
    try:
        return act()
    except Refused as refused:
        log.warning("list_not_made", why=refused.sentence())
        return 0


class Members:
    """What the worker does again and again; remembers only when it asked last, and whom."""

    def __init__(self, grounds: Grounds) -> None:
        self._grounds = grounds
        self._asked_at: datetime | None = None
        self._looked_at: datetime | None = None
        self._turn = 0

    def step(self, *, now: datetime, real_now: datetime) -> int:
        """Do what is due. Returns how much was done. Whoever is away is asked again later."""
        network, undertaking = queries.network(), queries.undertaking()
        if network is None:
            return self._join(undertaking, now, real_now) if undertaking else 0
        done = 0
        looked = self._looked_at is not None and real_now < self._looked_at + LOOK_EVERY
        if not looked or queries.any_open_change():
            self._looked_at = real_now
            given: dict[str, Any] = {"actor": SYSTEM, "now": now, "real_now": real_now}
            done += actions.lapse(**given)
            done += _made(lambda: actions.issue(**given, grounds=self._grounds))
            done += _made(lambda: actions.renew(**given))
        if self._is_time(ASKED_EVERY, real_now):
            done += self.ask(network, now=now, real_now=real_now)
        return done

    def _is_time(self, every: timedelta, real_now: datetime) -> bool:
        if self._asked_at is not None and real_now < self._asked_at + every:
            return False
        self._asked_at = real_now
        return True

    def ask(self, network: NetworkView, *, now: datetime, real_now: datetime) -> int:
        """Ask the registrar and one other member, in turn, for what they know."""
        others = queries.others()
        wanted = [member for member in others if member.code == network.registrar]
        rest = [member for member in others if member.code != network.registrar]
        if rest:
            wanted.append(rest[self._turn % len(rest)])
            self._turn += 1
        done, problems = 0, []
        for member in wanted:
            try:
                done += learn(member, network.anchor, now=now, real_now=real_now)
            except AWAY as error:
                problems.append(f"{member.code}: {str(error) or type(error).__name__}")
        if wanted:
            actions.note_asked(
                actor=SYSTEM,
                now=now,
                real_now=real_now,
                problem="; ".join(problems) if len(problems) == len(wanted) else "",
            )
        return done

    def _join(self, wanted: UndertakingView, now: datetime, real_now: datetime) -> int:
        if wanted.status is not UndertakingStatus.ACCEPTED:
            return 0
        if not self._is_time(JOINING_EVERY, real_now):
            return 0
        problem = ""
        try:
            if wanted.sent_at is None:
                send(wanted)
            lists = chain_at(wanted.url, wanted.anchor)
            if adopted := actions.adopt(actor=SYSTEM, now=now, real_now=real_now, lists=lists):
                return adopted
        except AWAY as error:
            problem = str(error) or type(error).__name__
        except Refused as refused:
            problem = refused.sentence()
        actions.note_sent(
            actor=SYSTEM, now=now, real_now=real_now, undertaking=wanted.id, problem=problem
        )
        return 0


def learn(member: Member, anchor: str, *, now: datetime, real_now: datetime) -> int:
    """Take what a member knows and we do not. Raises where it is away; what is refused is passed by.

    Returns how many lists were adopted.
    """
    page = fetch(member.url, limit=1)
    if page.network != anchor:
        raise DocumentInvalid(f"{member.url} is in another network: {page.network[:80]}")
    first, lists = page, list(page.lists)
    for _ in range(MOST_PAGES):
        if page.before is None or any(queries.has_list(one.digest) for one in page.lists):
            break
        page = fetch(member.url, before=page.before, limit=MOST_LISTS)
        lists.extend(page.lists)
    adopted = 0
    for signed in reversed(lists):
        try:
            adopted += actions.adopt(actor=SYSTEM, now=now, real_now=real_now, lists=[signed])
        except Refused as refused:
            log.warning("list_refused", of=member.code, why=refused.sentence())
            break
    for one, other in first.contradictions:
        _quietly(
            member.code,
            lambda one=one, other=other: actions.keep_contradiction(
                actor=SYSTEM, now=now, one=one, other=other
            ),
        )
    for told in first.changes:
        take(member.code, told, now=now, real_now=real_now)
    return adopted


def take(by: str, told: Any, *, now: datetime, real_now: datetime) -> None:
    """Take a change with its approvals, as another member passes it on; what is wrong is passed by."""
    _quietly(
        by,
        lambda: actions.take_change(
            actor=SYSTEM, now=now, real_now=real_now, told=told.get("change")
        ),
    )
    known = queries.approvals_known(told.get("change"))
    for approval in told.get("approvals") or []:
        if isinstance(approval, dict) and approval.get("venue") not in known:
            _quietly(
                by,
                lambda approval=approval: actions.take_approval(
                    actor=SYSTEM, now=now, real_now=real_now, told=approval
                ),
            )


def _quietly(by: str, act: Any) -> None:
    try:
        act()
    except Refused as refused:
        log.info("membership_refused", of=by, why=refused.sentence())


def chain_at(url: str, anchor: str) -> list[SignedList]:
    """The whole chain of a network as a member tells it, oldest first; not verified here."""
    page = fetch(url, limit=MOST_LISTS)
    lists = list(page.lists)
    for _ in range(MOST_PAGES):
        if page.before is None:
            break
        page = fetch(url, before=page.before, limit=MOST_LISTS)
        lists.extend(page.lists)
    if page.network != anchor:
        raise DocumentInvalid(f"{url} is in another network: {page.network[:80]}")
    return lists[::-1]


def fetch(url: str, *, before: int | None = None, limit: int) -> MembersPage:
    """One page of a member's lists. Raises httpx.HTTPError or DocumentInvalid."""
    asked = {"limit": limit} | ({"before": before} if before is not None else {})
    with _client().stream("GET", url + MEMBERS_PATH, params=asked) as response:
        raw = _bounded(response)
    if response.status_code != 200:
        raise DocumentInvalid(f"{url} answers HTTP {response.status_code}")
    return MembersPage.parse(raw)


def send(wanted: UndertakingView) -> None:
    """Send our application. Raises httpx.HTTPError or DocumentInvalid."""
    with _client().stream(
        "POST",
        wanted.url + APPLY_PATH,
        content=canonical(wanted.application),
        headers={"Content-Type": "application/json"},
    ) as response:
        raw = _bounded(response)
    if response.status_code != 202:
        raise DocumentInvalid(f"HTTP {response.status_code} {_title(raw)}".strip())


@cache
def _client() -> httpx.Client:
    """Kept, with its connections: to make one reads every trusted certificate of the machine."""
    return httpx.Client(timeout=SECONDS, follow_redirects=False)


def _title(raw: bytes) -> str:
    try:
        return str(json.loads(raw)["title"])[:300]
    except (ValueError, KeyError, TypeError, RecursionError):
        return raw[:200].decode("utf-8", "replace")


def _bounded(response: httpx.Response) -> bytes:
    said = bytearray()
    for part in response.iter_bytes():
        said += part
        if len(said) > MAX_MEMBERS_BYTES:
            raise DocumentInvalid(f"an answer has at most {MAX_MEMBERS_BYTES} bytes")
    return bytes(said)
