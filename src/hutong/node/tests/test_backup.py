"""Backup and restore of a whole venue: its own embedded database, its files, its keys."""

import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import pytest

from hutong.node import up

PATIENCE = 300
OURS = ("HUTONG_DATABASE_URL", "HUTONG_OWNER_DATABASE_URL", "HUTONG_STATE", "HUTONG_PASSPHRASE")

FOUND = """
from hutong.node import schema, venue
with venue.database():
    schema.main(["--demo"])
"""

# Steps of one visit to a venue: each visit is a process and a start of the database.
VISIT = """
import json, sys
from datetime import UTC, datetime
from hutong.node.venue import opened

def act():
    from hutong.due import queries as due
    from hutong.parties import testing
    testing.verified_party(now=due.venue_now(datetime.now(UTC)))  # an officer, evidence, entries

def publish():
    from hutong.node.log import sequence
    from hutong.transparency import queries as log
    while sequence():
        pass
    return log.checkpoint().note

def look():
    from allauth.mfa.models import Authenticator
    from allauth.mfa.utils import decrypt
    from hutong.documents import queries as documents
    from hutong.node.audit import audits
    from hutong.node.log import sequence
    from hutong.parties.models import Evidence
    from hutong.transparency import queries as log
    from hutong.transparency.signing import ForkRefused
    evidence = Evidence.objects.first()
    told = {
        "evidence": b"".join(documents.open_bytes(evidence.document)).decode(),
        "factor": [decrypt(a.data["secret"]) for a in Authenticator.objects.filter(type="totp")],
        "size": log.tree_size(),
        "faults": [str(f) for area, audit in audits().items() for f in audit()],
        "signed": "",
    }
    try:
        while sequence():
            pass
    except ForkRefused as error:
        told["signed"] = str(error)
    return told

with opened():
    print(json.dumps([globals()[step]() for step in sys.argv[1:]]))
"""

PASSWORD = "one long enough to keep"


class House:
    """Commands on one state directory."""

    def __init__(self, state):
        self.state = state
        inherited = {k: v for k, v in os.environ.items() if k not in (*OURS, "HUTONG_SECRET_KEY")}
        self.env = {
            **inherited,
            "HUTONG_STATE": str(state),
            "PYTHONPATH": str(Path(up.__file__).parents[2]),
            "DJANGO_SETTINGS_MODULE": "hutong.node.settings",
        }

    def run(self, *arguments, typed=""):
        return subprocess.run(
            [sys.executable, *arguments],
            env=self.env,
            input=typed,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )

    def visit(self, *steps):
        """Take the steps of VISIT one after another; returns what each says."""
        done = self.run("-c", VISIT, *steps)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    def command(self, *arguments, typed=""):
        return self.run("-m", "hutong.node.cli", *map(str, arguments), typed=typed)


@pytest.fixture(scope="module")
def place():
    place = Path(tempfile.mkdtemp(prefix="hutong-backup-"))
    place.chmod(0o755)
    yield place
    shutil.rmtree(place, ignore_errors=True)


@pytest.fixture(scope="module")
def lost(place):
    """A venue with a past, and its backup."""
    house = House(place / "lost")
    founded = house.run("-c", FOUND)
    assert founded.returncode == 0, founded.stderr
    appointed = house.command(
        *("officer", "appoint", "admin@venue.example", "--name", "管理员"),
        *("--password-stdin", "--json"),
        typed=PASSWORD + "\n",
    )
    assert appointed.returncode == 0, appointed.stderr
    house.factor = json.loads(appointed.stdout)["totp_secret"]
    house.published = house.visit("act", "publish")[-1].strip() + "\n"
    house.backup = place / "venue.backup"
    written = house.command("backup", house.backup)
    assert written.returncode == 0, written.stderr
    return house


def back(place, name, lost, *more):
    """A place where the passphrase, kept apart, is already; and a restore into it."""
    house = House(place / name)
    house.state.mkdir()
    shutil.copyfile(lost.state / "passphrase", house.state / "passphrase")
    (house.state / "passphrase").chmod(0o600)
    return house, house.command("restore", lost.backup, *more)


def test_a_backup_holds_everything_but_the_secrets_that_belong_apart(lost):
    assert lost.backup.stat().st_mode & 0o777 == 0o600
    with tarfile.open(lost.backup) as tar:
        names = set(tar.getnames())
    assert {"database.dump", "manifest.json", "keys/keyring.json"} < names
    assert any(name.startswith("documents/") for name in names)
    assert not names & {"keys/log-signed", "keys/django-secret", "passphrase"}


def test_a_venue_comes_back_whole_and_signs_nothing_it_does_not_remember(place, lost):
    house, done = back(place, "whole", lost)
    assert done.returncode == 0, done.stderr
    assert "refuses to sign until" in done.stdout
    told, _, again = house.visit("look", "act", "look")  # new entries, which cannot be signed
    assert "licence of an institution" in told["evidence"]
    assert told["factor"] == [lost.factor]
    assert told["signed"] == "" or "is not known" in told["signed"]
    assert "What was signed last is not known" in again["signed"]


@pytest.mark.drill
def test_with_its_last_checkpoint_it_goes_on(place, lost):
    memory = place / "last.checkpoint"
    memory.write_text(lost.published)
    house, done = back(place, "goes-on", lost, "--last-checkpoint", memory)
    assert done.returncode == 0, done.stderr
    assert "goes on from that checkpoint" in done.stdout
    _, _, told = house.visit("act", "publish", "look")
    assert (told["signed"], told["faults"]) == ("", [])


@pytest.mark.drill
def test_it_does_not_fork_what_was_published_after_the_backup(place, lost):
    memory = place / "later.checkpoint"
    memory.write_text(lost.visit("act", "publish")[-1].strip() + "\n")
    house, done = back(place, "no-fork", lost, "--last-checkpoint", memory)
    assert done.returncode == 0, done.stderr
    assert "were lost with the database" in done.stdout
    _, told = house.visit("act", "look")
    assert "The log has" in told["signed"]
    assert "Nothing was signed" in told["signed"]


def test_a_checkpoint_of_somebody_else_is_refused(place, lost):
    forged = place / "forged.checkpoint"
    forged.write_text(lost.published.replace("\n\n", "1\n\n", 1))
    house, done = back(place, "forged", lost, "--last-checkpoint", forged)
    assert done.returncode == 2
    assert "no checkpoint of this venue" in done.stderr
    assert sorted(p.name for p in house.state.iterdir()) == ["passphrase"]


def test_a_used_place_is_not_overwritten(lost):
    done = lost.command("restore", lost.backup)
    assert done.returncode == 2
    assert "already holds a venue" in done.stderr


@pytest.mark.parametrize("name", ["database.dump", "keys/keyring.json"])
def test_a_damaged_file_is_refused_by_name(place, lost, name):
    damaged = place / f"damaged-{Path(name).name}"
    with tarfile.open(lost.backup) as tar:
        offset = tar.getmember(name).offset_data
    whole = bytearray(lost.backup.read_bytes())
    whole[offset + 100] ^= 1
    damaged.write_bytes(whole)
    house = House(place / f"into-{Path(name).name}")
    done = house.command("restore", damaged)
    assert done.returncode == 2
    assert f"{name} is missing or damaged" in done.stderr
    assert not (house.state / "postgres").exists()


@pytest.mark.parametrize("content", [b"", b"not a tar", b"\x1f\x8b\x08\x00"])
def test_what_is_no_backup_is_refused(place, content):
    file = place / "nonsense"
    file.write_bytes(content)
    done = House(place / "from-nonsense").command("restore", file)
    assert done.returncode == 2
    assert "is not a whole backup" in done.stderr


def test_a_wrong_passphrase_is_said_before_anything_is_done(place, lost):
    house = House(place / "wrong")
    house.env["HUTONG_PASSPHRASE"] = "not this one"
    done = house.command("restore", lost.backup)
    assert done.returncode == 2
    assert "passphrase does not open" in done.stderr
    assert not (house.state / "postgres").exists()
