"""Items: what the venue tells and serves of the others' logs (LO-3)."""

from hutong.kit.refusal import N_
from hutong.network.check.describing import object_in
from hutong.network.check.items import Run, broken, cannot, item, need
from hutong.network.check.log import MOST_BUNDLE, Tiles, included, ok, opened, refused, tree
from hutong.network.mirrors.forks import Fork, NoProof
from hutong.network.mirrors.forks import check as check_fork
from hutong.transparency.merkle import OutOfRange, ProofInvalid
from hutong.transparency.note import NoteInvalid, VerifierKey
from hutong.transparency.proof import LogProof
from hutong.venues.lists import Member

REWRITTEN = "Mirrors: When a log was rewritten"
ONWARD = "Mirrors: Served onward"
MOST = 16 * 1024 * 1024
MIRRORS_CHECKED = 3


def log_keys(member: Member) -> list[VerifierKey]:
    return [VerifierKey.parse(key) for key in member.log_keys]


@item(
    "relay.checkpoints",
    at=REWRITTEN,
    expects=N_("It tells the latest signed checkpoint it knows of every log, its own among them."),
    needs=("log.checkpoint",),
)
def checkpoints(run: Run) -> None:
    told = object_in(run.wire.get("/network/checkpoints", most=MOST))
    given = told.get("format")
    need(given == "hutong-checkpoints/1", N_("“{name}” is {found}"), name="format", found=given)
    lines = told.get("checkpoints")
    need(isinstance(lines, list), N_("“{name}” is missing"), name="checkpoints")
    assert isinstance(lines, list)
    own = False
    for line in lines:
        need(isinstance(line, dict), N_("“{name}” is {found}"), name="checkpoints", found=line)
        code, text = line.get("code"), line.get("note")
        need(
            isinstance(text, str) and isinstance(code, str), N_("“{name}” is missing"), name="note"
        )
        member = run.roll.members.get(code) if run.roll is not None else None
        if code == run.code:
            own, keys = True, run.log_keys
        elif member is not None:
            keys = log_keys(member)
        else:
            continue  # one that nobody here can judge
        found = opened(text.encode(), keys)
        same = (found.origin, found.size) == (line.get("origin"), line.get("size"))
        need(
            same, N_("of {code} it tells another origin or size than the checkpoint has"), code=code
        )
        if member is not None and code != run.code and line.get("state") == "following":
            run.mirrored.append(member)
    need(own, N_("its own log is not among them"))


@item(
    "relay.forks",
    at=REWRITTEN,
    expects=N_("What it shows as rewritten logs, their two checkpoints and the proof convict."),
    needs=("members.served",),
)
def forks(run: Run) -> None:
    told = object_in(run.wire.get("/network/forks", most=MOST))
    found = told.get("forks")
    need(isinstance(found, list), N_("“{name}” is missing"), name="forks")
    assert isinstance(found, list)
    for one in found:
        code = one.get("venue") if isinstance(one, dict) else None
        member = run.roll.members.get(str(code)) if run.roll is not None else None
        if member is None:
            continue
        try:
            check_fork(Fork.parse(one.get("proof")), log_keys(member))
        except NoProof as error:
            broken(
                N_("the proof against {code} proves nothing: {problem}"), code=code, problem=error
            )


@item(
    "mirror.served",
    at=ONWARD,
    expects=N_(
        "The logs it follows are served as at home: checkpoint, tiles, entries, with proofs."
    ),
    needs=("relay.checkpoints",),
)
def mirrors(run: Run) -> None:
    if not run.mirrored:
        cannot(N_("it follows no log of a member"))
    for member in run.mirrored[:MIRRORS_CHECKED]:
        place = f"/network/mirror/{member.code}"
        found = opened(ok(run.wire.get(f"{place}/checkpoint")).body, log_keys(member))
        if not found.size:
            continue
        read = tree(run, place, found)
        last = found.size - 1
        leaf = Tiles(run, place, found.size).entry(last)
        included(last, found, leaf, read)
        alone = ok(run.wire.get(f"{place}/entries/{last}", most=MOST_BUNDLE)).body
        need(alone == leaf, N_("entry {index} is not the one in the tree"), index=last)
        proof = ok(run.wire.get(f"{place}/proof/{last}")).body
        try:
            LogProof.parse(proof.decode()).verify(leaf, log_keys(member)[0])
        except (NoteInvalid, ProofInvalid, OutOfRange, UnicodeDecodeError) as error:
            broken(N_("it cannot be read: {problem}"), problem=error)


@item(
    "mirror.unknown",
    at=ONWARD,
    expects=N_("Logs it does not follow, and what it does not hold of others, are not there."),
    needs=("describe.fields",),
)
def unknown(run: Run) -> None:
    for path in (
        "/network/mirror/ZZ-NOBODY/checkpoint",
        "/network/mirror/ZZ-NOBODY/tile/0/000",
        "/network/mirror/ZZ-NOBODY/entries/0",
        "/network/mirror/ZZ-NOBODY/proof/99999999999999999999",
        *(f"/network/mirror/{m.code}/tile/0/x999/x999/999" for m in run.mirrored[:1]),
        *(f"/network/mirror/{m.code}/proof/999999999999" for m in run.mirrored[:1]),
    ):
        refused(run, path)
