"""
Keeping claims going, by the worker: asked, entered, held, told.
"""

import time
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import httpx
import structlog

from hutong.due import queries as due
from hutong.journal.queries import Recorded
from hutong.kit.actor import SYSTEM
from hutong.kit.refusal import Refused
from hutong.network.claims import actions, holding, queries
from hutong.network.claims.rules import normalised
from hutong.network.messages.rules import Undecided
from hutong.network.mirrors import queries as mirrors
from hutong.rights import actions as rights
from hutong.transparency.queries import keyring
from hutong.venues import queries as venues

log = structlog.get_logger(__name__)

SECONDS: Final = 5
AGAIN_SECONDS: Final = 20  # an acknowledgement may have been lost; and one that nothing waits for
LOOK_SECONDS: Final = 5  # where nothing moved that one knows of


class Keeper:
    """One step of everything; remembers only what it said it holds, and what lists it found there."""

    def __init__(self, client: httpx.Client | None = None) -> None:
        self._client = client or httpx.Client(timeout=SECONDS, follow_redirects=False)
        self._said: tuple[int, str, int, bytes] | None = None
        self._said_at = 0.0
        self._lists = queries.ListsSeen()
        self._digest = ""  # of the list that was worked under last
        self._held: tuple[int, bytes] | None = None  # of the registrar's log
        self._looked_at = 0.0

    def step(self) -> int:
        """Do what there is to do; where neither lists nor the registrar's log moved, now and then."""
        network = venues.network()
        if network is None:
            return 0
        held, real_now = mirrors.held(network.registrar), datetime.now(UTC)
        over = time.monotonic() - self._looked_at >= LOOK_SECONDS
        done = 0
        if over or network.digest != self._digest or queries.any_to_do():
            self._digest, self._looked_at = network.digest, time.monotonic()
            done = self._work(real_now)
        elif held == self._held:
            return 0
        self._held = held
        self._acknowledge(real_now)
        return done

    def _work(self, real_now: datetime) -> int:
        """As the registrar and as a claimant."""
        given: dict[str, Any] = {"actor": SYSTEM, "now": due.venue_now(real_now)}
        done = 0
        try:
            done += int(actions.open_term(**given))
        except Undecided as why:
            self._digest = ""
            log.info("term_not_open", why=str(why))
        except Refused as why:
            self._digest = ""
            log.error("term_not_open", why=str(why))
        done += actions.follow(**given)
        done += actions.tell(**given)
        return done

    def _acknowledge(self, real_now: datetime) -> None:
        said = actions.acknowledgement(self._lists)
        if said is None or said[2] == 0:
            return
        if not self._is_new(said) and time.monotonic() - self._said_at < AGAIN_SECONDS:
            return
        term, registrar, size, root = said
        url = venues.url_of(registrar)
        if url is None:
            return
        request = holding.request(
            term=term,
            size=size,
            root=root,
            sender=venues.my_code(),
            to=registrar,
            signer=keyring().message_signer,
            now=real_now,
        )
        try:
            response = self._client.post(
                url.rstrip("/") + holding.PATH, content=request.body, headers=request.headers
            )
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            log.info("not_acknowledged", registrar=registrar, why=str(error))
            return
        if response.status_code == 204:
            self._said, self._said_at = said, time.monotonic()

    def _is_new(self, said: tuple[int, str, int, bytes]) -> bool:
        """Whether something becomes final by it: a claim, or a list, that was not said held yet."""
        last = self._said
        if last is None or last[:2] != said[:2]:
            return True
        return last[2] < min(self._lists.awaited, said[2])


def on_awaited(entry: Recorded) -> None:
    """A reaction: an application here waits for the numbers of its technologies.

    One that another application here has claimed is lost to ourselves; what is no number that could
    be claimed is not waited for.
    """
    given: dict[str, Any] = {"actor": SYSTEM, "now": entry.at}
    told = entry.facts["numbers"].items()
    numbers = {UUID(technology): normalised(text) for technology, text in told}
    lost = actions.ask_many(**given, numbers=numbers, about=entry.subject)
    for technology, holder in lost.items():
        rights.settle_claim(**given, technology=technology, holder=holder)


def on_joined(entry: Recorded) -> None:
    """A reaction: in a network with others, what was registered here before is claimed too."""
    if venues.is_joined():
        actions.enrol(actor=SYSTEM, now=entry.at)


def on_registered(entry: Recorded) -> None:
    """A reaction: what was applied for before this venue joined is claimed when it is registered."""
    if venues.is_joined():
        given = [UUID(entry.facts["technology"])]
        actions.enrol(actor=SYSTEM, now=entry.at, technologies=given)


def on_given_up(entry: Recorded) -> None:
    """A reaction: an application, or a technology of it, will not be registered; its numbers are
    given back."""
    technologies = None
    if entry.kind in ("rights.NoticeOpened", "rights.Completed"):
        technologies = [UUID(id) for id in (entry.private or {}).get("exceptions") or {}]
    elif entry.kind == "rights.ObjectionDecided":
        lost = entry.facts["technology"]
        technologies = [UUID(lost)] if lost and entry.facts["upheld"] else []
    if technologies is None or technologies:
        actions.release(actor=SYSTEM, now=entry.at, about=entry.subject, technologies=technologies)
