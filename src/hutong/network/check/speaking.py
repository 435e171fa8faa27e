"""
Items that only a member can check: what is answered to every kind of message, of what nobody knows.

    versions   one that nobody speaks               fields    each in turn of a wrong type
    unknown    well formed, about nothing           what is held, a paddle, an assertion: likewise

None of these can be acted on by who keeps the protocol; both venues keep them as evidence.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from hutong.kit.canonical import canonical
from hutong.kit.ids import new_id
from hutong.kit.refusal import N_
from hutong.network.check.inbox import ping, refusal, signed
from hutong.network.check.items import Run, item, need
from hutong.network.check.kinds import AREAS, UNFIT, Spoken, wrong
from hutong.network.check.member import answered, held, me
from hutong.network.check.membership import code_of
from hutong.network.check.wire import Answer
from hutong.network.messages import signing
from hutong.network.messages.rules import Message
from hutong.network.messages.signing import Request
from hutong.transparency.merkle import EMPTY_ROOT

NOT_SPOKEN: Final = 9999
COVERS: Final = ("@method", "@path", "content-digest", "content-type", "hutong-from", "hutong-to")


def _message(
    run: Run, kind: str, one: Spoken, *, version: int = 1, spoil: str = "", **body: Any
) -> Message:
    """A message of a kind about a subject that was never used; `spoil`: the field that is wrong."""
    about, told = one.fresh(run.code)
    told |= body
    if spoil:
        told[spoil] = wrong(told[spoil])
    return ping(run, me(run).code, kind=kind, version=version, subject=about, body=told)


@dataclass(frozen=True, slots=True)
class _Area:
    """The messages of one part of the protocol."""

    kinds: Mapping[str, Spoken]

    def versions(self, run: Run) -> None:
        for kind, one in self.kinds.items():
            answer = held(
                run, signed(run, _message(run, kind, one, version=NOT_SPOKEN), me(run).signer)
            )
            said = _refusal(answer, kind, "network.unknown_version")
            versions = (said.get("facts") or {}).get("versions")
            good = isinstance(versions, list) and 1 in versions
            need(
                good, N_("{kind}: “{name}” is {found}"), kind=kind, name="versions", found=versions
            )

    def fields(self, run: Run) -> None:
        for kind, one in self.kinds.items():
            for field in one.checked:
                # what is looked at beside the field must not hide it
                beside = {"log_size": 0} if "log_size" in one.body and field != "log_size" else {}
                message = _message(run, kind, one, spoil=field, **beside)
                said = _refusal(held(run, signed(run, message, me(run).signer)), kind, one.unfit)
                named = (said.get("facts") or {}).get("field")
                need(
                    one.unfit != UNFIT or named == field,
                    N_("{kind}: “{name}” is {found}"),
                    kind=f"{kind} ({field})",
                    name="facts.field",
                    found=named,
                )

    def unknown(self, run: Run) -> None:
        for kind, one in self.kinds.items():
            if not one.unknown and not one.undecided:
                continue
            message = _message(run, kind, one)
            request = signed(run, message, me(run).signer)
            answer = held(run, request)
            if answer.status == 503 and one.undecided:
                refusal(answer, 503, "network.undecided")
                continue
            if answer.status == 200 and "" in one.unknown:
                answered(answer, message)
            else:
                _refusal(answer, kind, *filter(None, one.unknown))
            same = held(run, request).body == answer.body
            need(same, N_("{kind}: the same message is answered otherwise"), kind=kind)


def _refusal(answer: Answer, kind: str, *codes: str) -> dict[str, Any]:
    """The final refusal by one of these codes. Raises Broken, which names the kind."""
    status = answer.status
    need(
        status == 422,
        N_("{kind}: HTTP {status} instead of {wanted}"),
        kind=kind,
        status=status,
        wanted=422,
    )
    said = refusal(answer, 422)
    code = said.get("code")
    need(code in codes, N_("{kind}: “{name}” is {found}"), kind=kind, name="code", found=code)
    return said


for _name, (_at, _kinds) in AREAS.items():
    _area = _Area(_kinds)

    @item(
        f"{_name}.versions",
        at=_at,
        expects=N_(
            "Every kind of message of this part is spoken: in a version nobody has it is answered "
            "422 network.unknown_version, with those that are spoken."
        ),
        needs=("member.ping",),
    )
    def _versions(run: Run, area: _Area = _area) -> None:
        area.versions(run)

    if any(_one.checked for _one in _kinds.values()):

        @item(
            f"{_name}.fields",
            at=_at,
            expects=N_(
                "A body that lacks or misuses a field is refused for good, with the field's name."
            ),
            needs=("member.ping",),
        )
        def _fields(run: Run, area: _Area = _area) -> None:
            area.fields(run)

    @item(
        f"{_name}.unknown",
        at=_at,
        expects=N_(
            "What is said of things that are not there has the answer the protocol gives it, and "
            "the same when it comes again."
        ),
        needs=("member.ping",),
    )
    def _unknown(run: Run, area: _Area = _area) -> None:
        area.unknown(run)


# -- the other doors, as a member -------------------------------------------------------------------------


def _post(run: Run, path: str, told: Mapping[str, Any], tag: str, **headers: str) -> Answer:
    who = me(run)
    given = {"content-type": signing.CONTENT_TYPE, "hutong-from": who.code, "hutong-to": run.code}
    request = Request(given | headers, canonical(dict(told)), path=path)
    signing.sign_post(request, who.code, who.signer, run.clock(), tag, COVERS)
    return run.wire.post(path, request.body, request.headers)


def _status(answer: Answer, *wanted: int) -> None:
    found = answer.status
    need(found in wanted, N_("HTTP {status} instead of {wanted}"), status=found, wanted=wanted[0])


@item(
    "held.member",
    at="Claims of numbers: What is final",
    expects=N_(
        "A member's word of what it holds is answered 204; with another tag, for another venue, or "
        "without a root it is refused."
    ),
    needs=("member.ping",),
)
def held_by_member(run: Run) -> None:
    told = {
        "format": "hutong-held/1",
        "from": me(run).code,
        "to": run.code,
        "term": run.roll.term if run.roll is not None else 0,
        "size": 0,  # nothing: so it takes nothing away, and adds nothing
        "root": EMPTY_ROOT.hex(),
    }
    _status(_post(run, "/network/held", told, "hutong-held/1"), 204)
    _status(_post(run, "/network/held", told, "hutong-paddle/1"), 401)
    _status(_post(run, "/network/held", told | {"to": "ZZ-OTHER"}, "hutong-held/1"), 403)
    _status(_post(run, "/network/held", told | {"root": "00"}, "hutong-held/1"), 400, 422)
    _status(_post(run, "/network/held", told | {"size": -1}, "hutong-held/1"), 400, 422)


@item(
    "paddle.unknown",
    at="Trade across venues",
    expects=N_("A paddle for an order that it does not have is refused by trade.unknown_order."),
    needs=("member.ping",),
)
def paddle(run: Run) -> None:
    told = {
        "order": str(new_id()),
        "lot": str(new_id()),
        "person": {"id": str(new_id()), "role": "agent"},
    }
    answer = _post(run, "/network/paddle", told, "hutong-paddle/1")
    _status(answer, 422)
    _problem(answer, "trade.unknown_order")


@item(
    "assertion.unknown",
    at="Institutions: Signing in through one's home venue",
    expects=N_("A code that it never gave is refused by sign_in.code_unknown."),
    needs=("member.ping",),
)
def assertion(run: Run) -> None:
    answer = _post(run, "/network/assertion", {"code": "x" * 43}, "hutong-assertion/1")
    _status(answer, 403)
    _problem(answer, "sign_in.code_unknown")


def _problem(answer: Answer, code: str) -> None:
    found = code_of(answer.body)
    need(found == code, N_("“{name}” is {found}"), name="code", found=found)
