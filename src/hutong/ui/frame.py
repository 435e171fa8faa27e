"""
What the page frame shows around every page. A context processor above (`portal.context.frame`)
fills it as `frame`; `ui/base.html` draws it. `ui` itself asks nobody.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class Link:
    label: str
    href: str
    current: bool = False
    count: int = 0  # shown beside the label when positive


@dataclass(frozen=True, kw_only=True)
class LinkGroup:
    label: str
    links: tuple[Link, ...]


@dataclass(frozen=True, kw_only=True)
class PartyChoice:
    """One of the parties the person may act for."""

    id: UUID
    name: str
    current: bool


@dataclass(frozen=True, kw_only=True)
class Frame:
    venue_name: str
    now: datetime  # the venue's clock
    demo: bool = False
    audience: str = "public"  # public | member | officer
    main: tuple[Link, ...] = ()
    sections: tuple[Link, ...] = ()  # the second row, of the audience's own pages
    more: tuple[Link, ...] = ()  # the rest of them, behind one word
    foot: tuple[LinkGroup, ...] = ()
    signed_in: bool = False
    person: str = ""
    acting_for: str = ""
    parties: tuple[PartyChoice, ...] = ()
    may_jump: bool = False
    may_decide: bool = False  # an officer signed in with the second factor
    unread: int = 0

    @property
    def more_current(self) -> bool:
        return any(link.current for link in self.more)
