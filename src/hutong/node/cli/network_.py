"""
`network`: this venue among others (NE-1).

    network found NAME                        found a network; this venue is its registrar
    network anchor                            what to tell those who want to join, by phone or letter
    network apply URL --anchor SHA256         ask the member at URL to let us into that network
    network members                           the venues, their standing, and what is under way
    network propose KIND CODE                 suspend, reinstate, leave, relocate, rekey, registrar
    network approve CODE|CHANGE               let a venue in that applied, or approve a change
    network decline CODE|CHANGE --reason WHY
    network sync                              ask the other members for their lists now
    network check URL                         whether the exchange there keeps docs/network.md

Whoever runs these has the machine and the passphrase; officers do the same in two at /desk/network.
"""

import argparse
import json
from datetime import UTC, datetime
from typing import Any

from hutong.kit.refusal import Refused
from hutong.network.check import command as check
from hutong.node.cli import CommandError

KINDS = ("suspend", "reinstate", "leave", "relocate", "rekey", "registrar")
Told = tuple[Any, str]  # for programs, and for people


def configure(parser: argparse.ArgumentParser) -> None:
    steps = parser.add_subparsers(dest="step", metavar="STEP", required=True)
    found = steps.add_parser("found", help="found a network with this venue in it")
    found.add_argument("name", help="the network's name, e.g. 全国技术交易网络")
    anchor = steps.add_parser("anchor", help="the digest of the network's first list")
    apply = steps.add_parser("apply", help="ask to be let into a network")
    apply.add_argument("url", help="the address of a member")
    apply.add_argument("--anchor", required=True, help="as somebody you trust tells it to you")
    members = steps.add_parser("members", help="the venues of the network")
    propose = steps.add_parser("propose", help="propose a change of the list, and approve it here")
    propose.add_argument("kind", choices=KINDS)
    propose.add_argument("code", nargs="?", default="", help="the venue; for our own: left out")
    propose.add_argument("--reason", default="", help="why; every member reads it")
    propose.add_argument("--url", help="relocate: the new address")
    propose.add_argument("--name-zh", help="relocate: the new name in Chinese")
    propose.add_argument("--name-en", help="relocate: the new name in English")
    propose.add_argument("--region", help="relocate: the new region, as ISO 3166-2 writes it")
    propose.add_argument(
        "--compromised", action="store_true", help="rekey: the former keys were stolen"
    )
    propose.add_argument(
        "--keys", help="rekey of another: its key file, got from it in a way you trust"
    )
    approve = steps.add_parser("approve", help="let a venue in, or approve a change")
    decline = steps.add_parser("decline", help="decline an application or a change")
    decline.add_argument("--reason", required=True, help="why; the journal keeps it")
    for step in (approve, decline):
        step.add_argument("what", help="the applicant's code, or the change's digest (its start)")
    sync = steps.add_parser("sync", help="ask the other members for their lists now")
    sync.add_argument(
        "--without",
        action="append",
        default=[],
        metavar="CODE",
        help="a registrar after a restore: do not wait for this member",
    )
    checked = steps.add_parser("check", help="whether the exchange at URL keeps the protocol")
    check.configure(checked)
    for step in (found, anchor, apply, members, propose, approve, decline, sync, checked):
        step.add_argument("--json", action="store_true", help="print one JSON line")


def run(options: argparse.Namespace) -> int:
    from hutong.node.venue import opened

    if options.step == "check":  # needs no venue here
        try:
            return check.run(options)
        except check.Unusable as error:
            raise CommandError(str(error)) from error
    with opened():
        try:
            done, say = STEPS[options.step](options)
        except Refused as refused:
            raise CommandError(refused.sentence()) from refused
    print(json.dumps(done, ensure_ascii=False) if options.json else say)
    return 0


def _times() -> dict[str, Any]:
    from hutong.due import queries as due

    real_now = datetime.now(UTC)
    return {"now": due.venue_now(real_now), "real_now": real_now}


def _found(options: argparse.Namespace) -> Told:
    from django.db import transaction

    from hutong.kit.actor import SYSTEM
    from hutong.venues import actions, queries

    times = _times()
    with transaction.atomic():
        id = actions.propose_founding(actor=SYSTEM, now=times["now"], name=options.name)
        actions.accept_undertaking(actor=SYSTEM, **times, undertaking=id)
    network = queries.network()
    assert network is not None
    return (
        {"network": network.anchor, "name": network.name},
        f"{network.name} is founded. Its anchor, to be told to those who join:\n{network.anchor}",
    )


def _anchor(options: argparse.Namespace) -> Told:
    network = _network()
    return {"network": network.anchor, "name": network.name}, network.anchor


def _network() -> Any:
    from hutong.venues import queries
    from hutong.venues.rules import Refusal

    found = queries.network()
    if found is None:
        raise Refused(Refusal.NOT_IN_NETWORK)
    return found


def _apply(options: argparse.Namespace) -> Told:
    from django.db import transaction

    from hutong.kit.actor import SYSTEM
    from hutong.venues import actions

    times = _times()
    with transaction.atomic():
        id = actions.propose_joining(
            actor=SYSTEM, now=times["now"], url=options.url, anchor=options.anchor
        )
        actions.accept_undertaking(actor=SYSTEM, **times, undertaking=id)
    return (
        {"undertaking": str(id), "url": options.url, "anchor": options.anchor},
        f"The application is signed; the running venue sends it to {options.url} and watches for "
        "the list that has us in it. See: ./hutong network members",
    )


def _members(options: argparse.Namespace) -> Told:
    from hutong.kit.moments import iso
    from hutong.venues import queries

    wanted = queries.undertaking()
    under_way = None
    if wanted is not None:
        under_way = {
            "kind": wanted.kind.value,
            "url": wanted.url,
            "status": wanted.status.value,
            "problem": wanted.problem,
        }
    network = queries.network()
    if network is None:
        said = "This venue is in no network."
        if under_way:
            said += f" Under way: {under_way['kind']} {under_way['url']} {under_way['problem']}"
        return {"network": None, "undertaking": under_way}, said
    venues = [
        {
            "code": venue.code,
            "name": venue.name_zh,
            "url": venue.url,
            "standing": queries.standing(venue.code).value,
        }
        for venue in queries.every_venue()
    ]
    changes: list[dict[str, Any]] = [
        {
            "change": change.digest,
            "kind": change.kind.value,
            "venue": change.venue,
            "status": change.status.value,
            "approved_by": list(change.approved_by),
            "needs": change.needs,
        }
        for change in queries.changes()
    ]
    applications = [
        {"code": one.member.code, "name": one.member.name_zh, "url": one.member.url}
        for one in queries.applications()
    ]
    told: dict[str, Any] = {
        "network": network.anchor,
        "name": network.name,
        "version": network.version,
        "registrar": network.registrar,
        "expires_at": iso(network.expires_at),
        "members": venues,
        "changes": changes,
        "applications": applications,
        "contradictions": [proof.who for proof in queries.contradictions()],
    }
    lines = [f"{network.name}, list {network.version}, registrar {network.registrar}"]
    lines += [f"  {v['code']:16} {v['standing']:10} {v['url']}  {v['name']}" for v in venues]
    lines += [f"applied: {one['code']} {one['url']}" for one in applications]
    lines += [
        f"{c['kind']} {c['venue']}: {c['status']}, approved by {', '.join(c['approved_by']) or '–'},"
        f" {c['needs']} more needed  {c['change'][:23]}"
        for c in changes
    ]
    lines += [
        f"{who} signed lists against each other: see /network" for who in told["contradictions"]
    ]
    return told, "\n".join(lines)


def _propose(options: argparse.Namespace) -> Told:
    from django.db import transaction

    from hutong.kit.actor import SYSTEM
    from hutong.network.membership import actions as membership
    from hutong.venues import actions, queries
    from hutong.venues.lists import Kind
    from hutong.venues.rolls import MOVED

    times, kind = _times(), Kind(options.kind)
    details: dict[str, Any] = {}
    if kind is Kind.RELOCATE:
        given = {name: getattr(options, name) for name in MOVED}
        details = {name: value for name, value in given.items() if value}
        details = details or queries.unlisted_facts()  # none given: as we describe ourselves now
    if kind is Kind.REKEY:
        details = {"keys": _keys(options), "compromised": options.compromised}
    with transaction.atomic():
        change = actions.propose(
            actor=SYSTEM,
            **times,
            kind=kind,
            venue=options.code or queries.my_code(),
            details=details,
            reason=options.reason,
        )
        membership.approve(actor=SYSTEM, **times, change=change)
    return {"change": change}, f"Proposed and approved here: {change}"


def _keys(options: argparse.Namespace) -> dict[str, list[str]]:
    from pathlib import Path

    from hutong.transparency.venue_keys import KeyFileInvalid, VenueKeys
    from hutong.venues import queries

    if not options.keys:
        return queries.keys_to_list()
    try:
        return queries.keys_as_listed(VenueKeys.parse(Path(options.keys).read_bytes()))
    except (OSError, KeyFileInvalid) as error:
        raise CommandError(f"{options.keys}: {error}") from error


def _approve(options: argparse.Namespace) -> Told:
    from django.db import transaction

    from hutong.kit.actor import SYSTEM
    from hutong.network.membership import actions as membership
    from hutong.venues import actions, queries
    from hutong.venues.lists import Kind
    from hutong.venues.states import ChangeStatus

    times = _times()
    with transaction.atomic():
        applied = next((a for a in queries.applications() if a.member.code == options.what), None)
        if applied is not None:
            change = actions.propose(
                actor=SYSTEM, **times, kind=Kind.ADMIT, venue="", application=applied.digest
            )
        else:
            found = _change(options.what)
            change = found.digest
            if found.status is ChangeStatus.WAITING:
                actions.take_up(actor=SYSTEM, now=times["now"], change=change)
        membership.approve(actor=SYSTEM, **times, change=change)
    return {"change": change}, f"Approved: {change}"


def _change(what: str) -> Any:
    from hutong.venues import queries

    digest = what if what.startswith("sha256:") else f"sha256:{what}"
    fitting = [c for c in queries.changes() if c.digest.startswith(digest) or c.venue == what]
    if len(fitting) != 1:
        known = "none" if not fitting else ", ".join(change.digest[:23] for change in fitting)
        raise CommandError(f"{what} names no one change under way ({known})")
    return fitting[0]


def _decline(options: argparse.Namespace) -> Told:
    from hutong.kit.actor import SYSTEM
    from hutong.venues import actions, queries

    now = _times()["now"]
    applied = next((a for a in queries.applications() if a.member.code == options.what), None)
    if applied is not None:
        actions.decline_application(
            actor=SYSTEM, now=now, application=applied.digest, why=options.reason
        )
        return {"application": applied.digest}, f"Declined: {options.what}"
    change = _change(options.what).digest
    actions.decline(actor=SYSTEM, now=now, change=change, why=options.reason)
    return {"change": change}, f"Declined: {change}"


def _sync(options: argparse.Namespace) -> Told:
    from hutong.venues import queries
    from hutong.venues.jobs import AWAY, learn

    network, adopted, away = _network(), 0, {}
    for member in queries.others():
        try:
            adopted += learn(member, network.anchor, **_times())
        except AWAY as error:
            away[member.code] = str(error) or type(error).__name__
    now = _network()
    lines = [f"list {now.version}; {adopted} adopted"]
    lines += [f"{code} did not tell: {why}" for code, why in away.items()]
    if found := _memory_put_back(now, away, options.without):
        lines.append(found)
    return {"version": now.version, "adopted": adopted, "away": away}, "\n".join(lines)


def _memory_put_back(network: Any, away: dict[str, str], without: list[str]) -> str:
    """After a restore: a registrar signs again once every other member has told its lists."""
    from hutong.transparency import queries as log
    from hutong.venues import queries, signing
    from hutong.venues.lists import SignedList

    directory = log.keyring().directory
    if network.registrar != queries.my_code() or signing.remembered(directory, network.anchor):
        return ""
    if missing := sorted(away.keys() - set(without)):
        return (
            "This registrar signs no list until all members told theirs; missing are "
            f"{', '.join(missing)}. One that is gone for good: --without CODE"
        )
    signing.remember(SignedList.read(queries.latest_lists(limit=1)[0]), directory)
    return "This registrar knows again what it signed last, and goes on from there."


STEPS = {
    "found": _found,
    "anchor": _anchor,
    "apply": _apply,
    "members": _members,
    "propose": _propose,
    "approve": _approve,
    "decline": _decline,
    "sync": _sync,
}
