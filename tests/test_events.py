"""
What the entries of the journal say in clear: impersonal facts only (LO-2).

Facts cannot be erased, so what a person typed, and what names a person, never stands among them. A
text in clear is listed here with what it is; a new one is a decision, not an accident.
"""

import importlib
import json
import pkgutil
import types
import typing
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from enum import Enum
from fractions import Fraction
from functools import cache
from uuid import UUID

import hutong
from hutong.journal import rules
from hutong.kit.actor import Actor, PersonId
from hutong.kit.event import KINDS, Event, Visibility, field_marks

PLAIN = (int, bool, UUID, datetime, date, Fraction, bytes, type(None))

# Texts in clear, whatever the event: what the venue made up itself, never what somebody typed.
WORDS = {
    "number": "given by the venue in a series",
    "certificate": "a certificate's number",
    "currency": "ISO 4217",
    "purpose": "a word of the ledger's own",
    "source": "a subject, kind and id; of an import, the name of its format",
    "owner": "a subject: kind and id",
    "jurisdiction": "ISO 3166",
    "home_venue": "a venue's code",
    "role": "a word of the rulebook",
    "scopes": "powers",
    "fields": "names of fields",
    "token": "a public id, made at random",
    "entry_kind": "a word of the register",
    "certificate_kind": "a word of the certificates",
    "party_kind": "a word of the parties",
    "technology_kind": "a word of the technologies",
    "notice_kind": "a word of the notices",
    "reaction": "a name in node/reactions.py",
    "paddles": "commitments by number",
    "origin": "where a pre-emption comes from: co_owner",
}
# Digests: of salted content, of public content, or of what was generated with a salt in it.
DIGESTS = {
    "chain",
    "conditions_digest",
    "content_digest",
    "contract_digest",
    "credential_digest",
    "digest",
    "entry_digest",
    "file_digest",
    "pdf_digest",
    "record",
    "root",
}
SINGLE = {
    ("deals.Overdue", "what"): "signature or payment",
    **{
        (f"transparency.{kind}", field): "a public key, the name in it, or a witness's address"
        for kind, fields in {
            "PeerProposed": ("name", "keys", "url"),
            "PeerDeclined": ("name",),
            "PeerAccepted": ("name", "keys", "url"),
            "PeerEnded": ("name",),
            "CheckpointRefused": ("log",),
            "KeyRotated": ("key", "former"),
            "KeyCompromised": ("key",),
            "KeyChangeAsked": ("key",),
            "KeyChangeDeclined": ("key",),
        }.items()
        for field in fields
    },
    **{
        (f"venues.{kind}", field): "a venue's code, or the digest of a document of membership"
        for kind, fields in {
            "Founded": ("network",),
            "Applied": ("network",),
            "ApplicationReceived": ("network", "venue", "application"),
            "ApplicationDeclined": ("network", "venue", "application"),
            "ChangeProposed": ("change", "venue"),
            "ChangeReceived": ("change", "venue", "proposing_venue"),
            "Approved": ("change", "venue"),
            "ApprovalTaken": ("change", "approving_venue"),
            "ChangeDeclined": ("change", "venue"),
            "ChangeLapsed": ("change",),
            "ListAdopted": ("network", "list_digest", "change", "venue", "registrar", "replaces"),
            "ContradictionFound": ("network", "who", "one", "other"),
            "Left": ("network",),
        }.items()
        for field in fields
    },
    ("listings.JointPartLeft", "venue"): "a venue's code",
    ("deals.PartAccepted", "venue"): "a venue's code",
    ("deals.PartMoved", "venue"): "a venue's code",
    ("deals.PartReturned", "venue"): "a venue's code",
    ("deals.ContractRefused", "why"): "the code of a refusal",
    ("deals.PartRefused", "why"): "the code of a refusal",
    ("deals.PartsNamed", "parts"): "codes of venues, ids, digests, shares and amounts",
    ("rights.TitleBarred", "venue"): "a venue's code",
    ("rights.TitleUnbarred", "venue"): "a venue's code",
    ("rights.ChapterTaken", "from_venue"): "a venue's code",
    ("technologies.Moved", "to"): "a venue's code",
    ("technologies.TakenOver", "from_venue"): "a venue's code",
    ("rights.RegistrationHeld", "reason"): "the code of a refusal",
    ("rights.ClaimsAwaited", "numbers"): "technology → the number an office gave its right",
    ("rights.ClaimedElsewhere", "venue"): "a venue's code",
    ("parties.Recognised", "credential"): "a certificate's number",
    ("parties.RecognitionRenewed", "credential"): "a certificate's number",
    ("network.ClaimsAdopted", "claims"): "ids of claims and technologies, digests, venues' codes",
    **{
        (f"network.{kind}", field): "a venue's code, a kind or subject of messages, a digest"
        for kind, fields in {
            "ClaimAsked": ("registrar",),
            "ClaimGranted": ("venue",),
            "ClaimLost": ("venue_holding",),
            "ClaimMoved": ("from_venue", "venue"),
            "ClaimRefused": ("venue", "venue_holding"),
            "ClaimReleased": ("venue",),
            "HeldContradicted": ("venue",),
            "MessageConcluded": ("to", "message_kind", "refused"),
            "MessageContradicted": ("sender", "kept_digest"),
            "MessageHurried": ("to",),
            "MessageQueued": ("to", "about", "message_kind"),
            "MessageSuspected": ("sender", "message_kind", "refused"),
            "SuspicionConcluded": ("sender",),
            "MessageReceived": ("sender", "about", "message_kind", "refused"),
            "TermOpened": ("basis_log",),
            "DuplicateFound": ("venue", "venue_holding"),
            "DuplicateOpened": ("other_venue",),
            "DuplicateStated": ("venue",),
            "DuplicateProposed": ("upheld",),
            "DuplicateDecided": ("upheld", "against"),
            "MoveAsked": ("to",),
            "MoveRefused": ("to", "why"),
            "ClaimPassedOn": ("to",),
            "CustodyWished": ("peer",),
            "CustodyProposed": ("peer",),
            "CustodyReceived": ("peer",),
            "CustodyTakenUp": ("peer",),
            "CustodyOffered": ("peer", "chapter"),
            "CustodyAccepted": ("peer", "chapter"),
            "CustodyDropped": ("peer",),
            "CustodyWithdrawalAsked": ("peer",),
            "CustodyEnded": ("peer", "chapter"),
            "CustodyHanded": ("peer",),
            "CustodyOpened": ("peer", "chapter"),
            "LogForked": ("venue", "log"),
            "CredentialShown": ("about", "to"),
            "ShowingAnswered": ("about", "to", "refused"),
            "AccreditationAccepted": ("venue", "number", "capability"),
            "SignInVouched": ("to", "role"),
            "SignedInFrom": ("venue",),
            "CertificateCountersigned": ("venue",),
            "CountersignatureTaken": ("venue",),
            "CountersigningRefused": ("venue", "why"),
            "CountersigningAskedAgain": ("venue",),
            "OrderOpened": ("venue",),
            "OrderEnded": ("how",),
            "OrderSettled": ("venue", "certificates"),
            "ProcedureAdopted": ("venue",),
            "ProcedureAdoptionProposed": ("venue",),
            "ProjectAccepting": ("lead_venue",),
            "ProjectAnnounced": ("lead_venue", "venues"),
            "ProjectAnswered": ("lead_venue",),
            "ProjectComposed": ("parts",),
            "ProjectInvitation": ("lead_venue",),
            "ProjectInvitationEnded": ("lead_venue", "ending"),
            "ProjectMandated": ("lead_venue",),
            "ProjectPartAdded": ("lead_venue",),
            "ProjectPartAnswered": ("why",),
            "ProjectPartLeft": ("venue",),
            "ProjectPartReleased": ("lead_venue",),
            "ProjectPartTaken": ("venue",),
            "ProjectPartWithdrawn": ("lead_venue",),
            "ProjectVenueAnswered": ("venue",),
            "SaleAwarded": ("lead_venue",),
            "SaleEnded": ("lead_venue",),
            "SaleMoved": ("lead_venue",),
            "SaleSigned": ("lead_venue",),
            "PositionNoted": ("position",),
            "PositionSetAside": ("position",),
            "PositionTakenUp": ("position",),
            "StatementPaymentAnnounced": ("venue",),
            "StatementPaymentEntered": ("venue",),
            "StatementStruck": ("venue",),
            "StatementAgreed": ("venue",),
            "StatementDisputed": ("venue",),
            "StatementPaid": ("venue",),
            "StatementSettled": ("venue",),
        }.items()
        for field in fields
    },
}
NAMES_OF_PERSONS = {"by", "actor", "officer", "examiner", "member", "inventor", "user"}
# Persons are named by their ids only where nothing is published and it is their own doing.
OF_PERSONS = {"notices.", "parties."}


@cache
def everything() -> dict[str, type[Event]]:
    for module in pkgutil.walk_packages(hutong.__path__, "hutong."):
        parts = module.name.split(".")
        unwanted = {"portal", "my", "desk", "ui", "node", "tests", "testing", "migrations"}
        if len(parts) > 2 and not unwanted & set(parts):
            importlib.import_module(module.name)
    return {kind: event for kind, event in KINDS.items() if not _of_a_test(event)}


def _of_a_test(event: type[Event]) -> bool:
    parts = event.__module__.split(".")
    return "tests" in parts or parts[0] != "hutong" or parts[-1].startswith("test_")


def of_every_kind(check: Callable[[str, type[Event]], None]) -> Callable[[], None]:
    """Make a test of a check of one kind: it looks at all, and names every one that fails and why."""

    def test() -> None:
        faults = []
        for kind, event in sorted(everything().items()):
            try:
                check(kind, event)
            except Exception as fault:
                faults.append(f"{kind}: {fault or type(fault).__name__}")
        assert not faults, "\n".join(faults)

    test.__name__, test.__doc__ = check.__name__, check.__doc__
    return test


def in_clear(event: type[Event]) -> dict[str, typing.Any]:
    hints = typing.get_type_hints(event)
    return {name: hints[name] for name, mark in field_marks(event).items() if mark is None}


def texts_in(hint: typing.Any) -> bool:
    """Whether a field of this type can hold a text; raises for a type nobody has thought about."""
    origin = typing.get_origin(hint)
    if origin is not None:
        if origin in (list, tuple, set, frozenset, dict, typing.Union, types.UnionType, Mapping):
            return any(texts_in(part) for part in typing.get_args(hint) if part is not Ellipsis)
        raise TypeError(hint)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return False
    if hint is str:
        return True
    if hint in PLAIN:
        return False
    raise TypeError(hint)


def test_every_kind_is_looked_at():
    assert len(everything()) > 90


@of_every_kind
def test_an_entry_says_in_clear_only_impersonal_facts(kind, event):
    for name, hint in in_clear(event).items():
        if texts_in(hint):
            known = name in WORDS or name in DIGESTS or (kind, name) in SINGLE
            assert known, (
                f"{kind}.{name} is text in clear and cannot be erased: make it Private or Content,"
                " or say in tests/test_events.py why it is impersonal"
            )


@of_every_kind
def test_a_published_entry_names_no_person(kind, event):
    named = {
        name
        for name in in_clear(event)
        if "person" in name or name.endswith("ed_by") or name in NAMES_OF_PERSONS
    }
    if event.visibility is Visibility.JOURNALLED:
        assert not named or kind.startswith(tuple(OF_PERSONS)), f"{kind}: {named}"
    else:
        assert not named, f"{kind} publishes {named}"


@of_every_kind
def test_a_sealed_entry_has_no_blob_that_could_be_counted(kind, event):
    if event.visibility is Visibility.SEALED:
        assert not [
            name for name, mark in field_marks(event).items() if mark and mark.value == "content"
        ]


PARTIES = {"seller", "buyer", "payer", "holder", "winner_party", "runner_up_party", "objector"}


@of_every_kind
def test_who_bought_sold_paid_or_lost_is_private(kind, event):
    """AU-9, LI-4: the parties of a sale are commitments, to be opened by whom they concern."""
    assert not PARTIES & in_clear(event).keys()


@of_every_kind
def test_only_its_own_standing_is_told_of_a_party(kind, event):
    """Decision 15: its id in clear, in `parties`, leads to nothing else that it does."""
    if event.visibility is not Visibility.JOURNALLED and not kind.startswith("parties."):
        assert not [name for name in in_clear(event) if "party" in name and name != "party_kind"]


# -- what an entry is when it is written --------------------------------------------------------------

SECRET_TEXT, SECRET_ID, SECRET_NUMBER = "an inventor's name", UUID(int=0x5EC2E7), 987_654_321
SECRETS = (
    SECRET_TEXT.encode(),
    str(SECRET_ID).encode(),
    str(SECRET_NUMBER).encode(),
    b"2001-02-03",
)


def example(hint: typing.Any, *, secret: bool) -> typing.Any:
    """A value of this type; a secret one is found again wherever it is written."""
    origin, parts = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Annotated:
        return example(parts[0], secret=secret)
    if origin in (typing.Union, types.UnionType):
        return example(parts[0], secret=secret)
    if origin in (dict, Mapping):
        return {example(parts[0], secret=secret): example(parts[1], secret=secret)}
    if origin in (list, set, frozenset, tuple):
        kinds = [part for part in parts if part is not Ellipsis]
        return origin([example(part, secret=secret) for part in kinds])
    if isinstance(hint, type) and issubclass(hint, Enum):
        return next(iter(hint))
    plain = {
        str: (SECRET_TEXT, "word"),
        int: (SECRET_NUMBER, 7),
        bool: (True, True),
        UUID: (SECRET_ID, UUID(int=1)),
        datetime: (datetime(2001, 2, 3, tzinfo=UTC), datetime(2022, 6, 20, tzinfo=UTC)),
        date: (date(2001, 2, 3), date(2022, 6, 20)),
        Fraction: (Fraction(1, SECRET_NUMBER), Fraction(1, 2)),
        bytes: (SECRET_TEXT.encode(), b"digest"),
        dict: ({SECRET_TEXT: SECRET_TEXT}, {"word": "word"}),
        type(None): (None, None),
        typing.Any: (SECRET_TEXT, "word"),
        object: (SECRET_TEXT, "word"),
    }
    return plain[hint][0 if secret else 1]


@of_every_kind
def test_what_is_published_holds_nothing_private_and_no_blob(kind, event):
    hints = typing.get_type_hints(event, include_extras=True)
    marks = field_marks(event)
    said = event(**{name: example(hints[name], secret=bool(mark)) for name, mark in marks.items()})
    actor = Actor(person=PersonId(SECRET_ID), powers=frozenset())
    at = datetime(2022, 6, 20, tzinfo=UTC)
    written = rules.write(said, subject="thing:1", actor=actor, at=at)
    for secret in SECRETS:
        assert secret not in written.leaf
        assert written.inner is None or secret not in written.inner
    hidden = {name for name, mark in marks.items() if mark and mark.value == "private"}
    assert written.private.keys() == hidden | {"by"}
    assert not hidden & {"by", "subject"}, "the journal's own fields"

    of_person = rules.write(said, subject=f"person:{SECRET_ID}", actor=actor, at=at)
    for secret in SECRETS:
        assert secret not in of_person.leaf
        assert of_person.inner is None or secret not in of_person.inner
    assert of_person.private["subject"]["value"] == f"person:{SECRET_ID}"
    body = json.loads(of_person.inner or of_person.leaf)
    assert body["subject"] == "person"
    assert not rules.wrong_openings(body, of_person.private)
