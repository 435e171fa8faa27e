"""Changing keys: the new one signs beside the old, the old still verifies, a lost one no more."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from hutong.journal import queries as journal
from hutong.kit.actor import SYSTEM
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.parties.testing import officer
from hutong.transparency import actions as log
from hutong.transparency import note, queries, rotation
from hutong.transparency.keeping import actions, rules
from hutong.transparency.keeping.queries import waiting
from hutong.transparency.keeping.rules import Change
from hutong.transparency.keys import Keyring, KeysUnusable, Purpose
from hutong.transparency.remote_signer import SignerServer
from hutong.transparency.signers import Algorithm, SignerUnusable, at_address, verifies
from hutong.transparency.tests.conftest import MADE, VENUE
from hutong.transparency.tests.writing import discrepancies, write
from hutong.transparency.venue_keys import VenueKeys

NOW = datetime(2022, 6, 20, 1, 0, tzinfo=UTC)
LATER = MADE + timedelta(days=100)
SIGNING = [p for p in Purpose if p is not Purpose.TOKEN]


@pytest.fixture
def directory(tmp_path):
    Keyring.create(tmp_path / "keys", "right", venue=VENUE, made_at=MADE)
    return tmp_path / "keys"


def opened(directory):
    return Keyring(directory, "right")


def replace(directory, purpose, until=LATER, address=None):
    new = rotation.prepare(directory, "right", purpose, made_at=LATER, address=address)
    rotation.put_in_use(directory, "right", new.text, at=LATER, former_until=until)
    return opened(directory)


@pytest.mark.parametrize("purpose", list(Purpose))
def test_a_prepared_key_is_not_used_before_its_time(directory, purpose):
    before = opened(directory).public()
    new = rotation.prepare(directory, "right", purpose, made_at=LATER)
    keyring = opened(directory)
    assert keyring.in_use(purpose).text != new.text
    assert keyring.public() == before
    rotation.put_in_use(directory, "right", new.text, at=LATER, former_until=LATER)
    assert opened(directory).in_use(purpose).text == new.text
    rotation.put_in_use(directory, "right", new.text, at=MADE, former_until=MADE)
    assert opened(directory).in_use(purpose).used_from == LATER


def test_a_second_prepared_key_takes_the_place_of_the_first(directory):
    first = rotation.prepare(directory, "right", Purpose.LOG, made_at=LATER)
    second = rotation.prepare(directory, "right", Purpose.LOG, made_at=LATER)
    assert opened(directory).prepared(Purpose.LOG).text == second.text
    with pytest.raises(KeysUnusable, match="does not hold"):
        rotation.put_in_use(directory, "right", first.text, at=LATER, former_until=LATER)


def test_old_keys_stay_published_with_the_time_of_their_use(directory):
    old = opened(directory).public()
    for purpose in SIGNING:
        replace(directory, purpose)
    public = VenueKeys.parse((directory / "public.json").read_bytes())
    assert public == opened(directory).public()
    for name in ("log", "witness", "message", "credential", "certificate_authorities"):
        assert getattr(public, name)[-1:] == getattr(old, name)
    life = public.life_of(old.log[0].text())
    assert (life.used_from, life.used_until, life.compromised_from) == (MADE, LATER, None)
    assert public.life_of(public.log[0].text()).used_until is None


def test_a_new_authority_brings_its_own_signing_certificate(directory):
    before = opened(directory)
    keyring = replace(directory, Purpose.AUTHORITY)
    keyring.certificate_signer.certificate.verify_directly_issued_by(keyring.authority)
    assert keyring.authority != before.authority
    again = replace(directory, Purpose.CERTIFICATE)
    assert again.authority == keyring.authority
    again.certificate_signer.certificate.verify_directly_issued_by(again.authority)


def test_while_it_is_phased_out_the_former_log_key_signs_beside_the_new(directory):
    old = opened(directory)
    keyring = replace(directory, Purpose.LOG, until=datetime.now(UTC) + timedelta(days=1))
    text = keyring.checkpoint_signer.sign(1, b"r" * 32, lambda *_: [])
    for signer in (old.checkpoint_signer, keyring.checkpoint_signer):
        assert note.open_checkpoint(text, signer.key).size == 1
    ended = replace(directory, Purpose.LOG, until=datetime.now(UTC) - timedelta(days=1))
    assert [s.public_key for s in ended.checkpoint_signer.also] == [old.log_signer.public_key]


def test_the_memory_signed_by_a_former_key_is_still_believed(directory):
    opened(directory).checkpoint_signer.sign(1, b"r" * 32, lambda *_: [])
    keyring = replace(directory, Purpose.LOG, until=MADE)
    assert keyring.checkpoint_signer.also == ()
    assert keyring.checkpoint_signer.last().size == 1


def test_a_compromised_key_signs_no_more_and_no_list_has_it(directory):
    old = opened(directory).public().log[0]
    keyring = replace(directory, Purpose.LOG, until=datetime.now(UTC) + timedelta(days=1))
    assert keyring.checkpoint_signer.also
    rotation.mark_compromised(directory, "right", old.text(), since=MADE)
    keyring = opened(directory)
    assert keyring.checkpoint_signer.also == ()
    public = VenueKeys.parse((directory / "public.json").read_bytes())
    assert old not in public.log
    assert old in public.every_log_key()
    assert [life.compromised_from for life in public.compromised("log")] == [MADE]


def test_an_older_keyring_gets_its_witness_key_at_the_next_start(directory):
    import json

    from hutong.transparency.keys import open_or_create

    path = directory / "keyring.json"
    data = json.loads(path.read_text())
    data["keys"] = [key for key in data["keys"] if key["purpose"] != "witness"]
    path.write_text(json.dumps(data))
    with pytest.raises(KeysUnusable, match="witness"):
        opened(directory).witness_signer  # noqa: B018
    environ = {"HUTONG_PASSPHRASE": "right"}
    keyring = open_or_create(directory, venue=VENUE, made_at=LATER, environ=environ).keyring
    assert keyring.witness_signer
    assert len(VenueKeys.parse((directory / "public.json").read_bytes()).witness) == 1


# -- keys held by a signer process ------------------------------------------------------------------


@pytest.fixture
def signer_process(tmp_path):
    keyring = Keyring.create(tmp_path / "elsewhere", "right", venue=VENUE, made_at=MADE)
    server = SignerServer(tmp_path / "signer.sock", keyring)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_a_venue_signs_with_keys_that_another_process_holds(directory, signer_process, tmp_path):
    at = tmp_path / "signer.sock"
    assert at.stat().st_mode & 0o777 == 0o600
    for purpose in (Purpose.LOG, Purpose.WITNESS, Purpose.CREDENTIAL, Purpose.CERTIFICATE):
        replace(directory, purpose, address=f"unix:{at}#{purpose}")
    keyring, theirs = opened(directory), signer_process.keyring
    assert keyring.log_signer.public_key == theirs.log_signer.public_key
    text = keyring.checkpoint_signer.sign(1, b"r" * 32, lambda *_: [])
    assert note.open_checkpoint(text, keyring.public().log[0]).size == 1
    signature = keyring.certificate_signer.sign(b"document")
    spki = keyring.certificate_signer.key.public_key
    assert verifies(spki, Algorithm.P256, signature, b"document")
    keyring.certificate_signer.certificate.verify_directly_issued_by(keyring.authority)


def test_a_signer_process_signs_only_what_a_key_is_for(signer_process, tmp_path):
    signer = at_address(f"unix:{tmp_path}/signer.sock#log", Algorithm.ED25519)
    witness = at_address(f"unix:{tmp_path}/signer.sock#witness", Algorithm.ED25519)
    with pytest.raises(SignerUnusable, match="does not sign this"):
        signer.sign(b"cosignature/v1\ntime 1\nother.example/log\n")
    with pytest.raises(SignerUnusable, match="does not sign this"):
        witness.sign(f"{VENUE.log_origin}\n1\n".encode())
    assert signer.sign(f"{VENUE.log_origin}\n1\n".encode())


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("https://elsewhere/", "begins with"),
        ("unix:relative.sock#log", "write unix:"),
        ("unix:/nowhere.sock#token", "write unix:"),
        ("unix:/nowhere.sock#log", "does not answer"),
        ("pkcs11:token=hutong", "write pkcs11:"),
    ],
)
def test_a_signer_that_is_not_there_changes_nothing(directory, address, why):
    before = (directory / "keyring.json").read_bytes()
    with pytest.raises(KeysUnusable, match=why):
        rotation.prepare(directory, "right", Purpose.LOG, made_at=LATER, address=address)
    assert (directory / "keyring.json").read_bytes() == before


def test_a_signer_that_went_away_stops_only_what_it_signs(directory, signer_process, tmp_path):
    replace(directory, Purpose.LOG, address=f"unix:{tmp_path}/signer.sock#log")
    signer_process.shutdown()
    signer_process.server_close()
    keyring = opened(directory)
    assert keyring.credential_signer.sign(b"m")
    with pytest.raises(SignerUnusable, match="does not answer"):
        keyring.checkpoint_signer.sign(1, b"r" * 32, lambda *_: [])


@pytest.mark.parametrize("purpose", [Purpose.AUTHORITY, Purpose.TOKEN])
def test_some_keys_stay_in_the_keyring(directory, signer_process, tmp_path, purpose):
    address = f"unix:{tmp_path}/signer.sock#{purpose}"
    with pytest.raises(KeysUnusable, match="stays in the keyring"):
        rotation.prepare(directory, "right", purpose, made_at=LATER, address=address)


# -- as acts of the venue ------------------------------------------------------------------------------


@pytest.fixture
def kept(venue, keyring, monkeypatch):
    monkeypatch.setenv("HUTONG_PASSPHRASE", "tests only")
    return lambda **more: {"now": NOW, "real_now": datetime.now(UTC), **more}


@pytest.mark.django_db
def test_a_rotated_log_key_is_an_entry_of_the_log_that_both_keys_sign(
    kept, django_capture_on_commit_callbacks
):
    old = queries.public_keys().log[0]
    with django_capture_on_commit_callbacks(execute=True):
        key = actions.rotate(**kept(actor=SYSTEM, purpose=Purpose.LOG, reason="yearly"))
    write(3)
    log.sequence_once(queries.keyring().checkpoint_signer)
    new, former = queries.public_keys().log
    assert (new.text(), former) == (key, old)
    text = queries.checkpoint().note
    assert note.parse(text).verified_by([new, old]) == [new, old]
    (entry,) = journal.of_subject("key:log")
    assert (entry.facts["key"], entry.facts["former"]) == (key, old.text())
    assert entry.log_index is not None
    assert entry.private == {"reason": "yearly"}
    assert discrepancies() == []


@pytest.mark.django_db
def test_a_compromised_log_key_is_replaced_at_once_and_its_checkpoints_are_read_still(
    kept, django_capture_on_commit_callbacks
):
    old = queries.public_keys().log[0]
    write(3)
    log.sequence_once(queries.keyring().checkpoint_signer)
    with django_capture_on_commit_callbacks(execute=True):
        actions.compromise(
            **kept(actor=SYSTEM, key=old.text(), since=MADE, reason="a laptop was stolen")
        )
    log.sequence_once(queries.keyring().checkpoint_signer)
    public = queries.public_keys()
    assert old not in public.log
    assert note.parse(queries.checkpoint().note).verified_by([*public.log, old]) == [*public.log]
    assert discrepancies() == []


@pytest.mark.django_db
def test_a_crash_between_the_entry_and_the_file_is_caught_up_with(kept):
    key = actions.rotate(**kept(actor=SYSTEM, purpose=Purpose.CREDENTIAL, reason="yearly"))
    assert queries.keyring().in_use(Purpose.CREDENTIAL).text != key
    assert any("credential in use" in found for found in discrepancies())
    actions.settle()
    assert not any("in use" in found for found in discrepancies())
    assert queries.keyring().in_use(Purpose.CREDENTIAL).text == key
    actions.settle()


@pytest.mark.django_db
def test_a_keyring_older_than_the_journal_is_not_used(kept, keyring):
    before = (keyring.directory / "keyring.json").read_bytes()
    actions.rotate(**kept(actor=SYSTEM, purpose=Purpose.CREDENTIAL, reason="yearly"))
    (keyring.directory / "keyring.json").write_bytes(before)
    with pytest.raises(KeysUnusable, match="does not hold"):
        actions.settle()


@pytest.mark.django_db
@pytest.mark.parametrize("change", list(Change))
def test_two_officers_change_a_key(kept, change, django_capture_on_commit_callbacks):
    one, other = officer("administrator"), officer("administrator")
    key = queries.public_keys().life_of(queries.public_keys().log[0].text()).key
    asked = kept(actor=one, change=change, key=key, reason="yearly", since=MADE)
    id = actions.ask_change(**asked)
    with pytest.raises(Refused) as refused:
        actions.ask_change(**asked)
    assert refused.value.reason is rules.Refusal.ASKED_ALREADY
    with pytest.raises(Refused) as refused:
        actions.accept_change(**kept(actor=one, change=id))
    assert refused.value.reason is CommonRefusal.SAME_EYES
    assert len(waiting()) == 1
    with django_capture_on_commit_callbacks(execute=True):
        actions.accept_change(**kept(actor=other, change=id))
    assert waiting() == []
    assert queries.public_keys().log[0].text() != key
    with pytest.raises(Refused):
        actions.decline_change(actor=other, now=NOW, change=id)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"key": "nonsense"}, rules.Refusal.UNKNOWN),
        ({"reason": "  "}, rules.Refusal.REASON_MISSING),
        ({"change": Change.COMPROMISE, "since": None}, rules.Refusal.IN_THE_FUTURE),
        (
            {"change": Change.COMPROMISE, "since": datetime(2999, 1, 1, tzinfo=UTC)},
            rules.Refusal.IN_THE_FUTURE,
        ),
    ],
)
def test_what_cannot_be_asked_is_refused(kept, more, reason):
    asked = {"change": Change.ROTATE, "key": queries.public_keys().log[0].text(), "reason": "why"}
    with pytest.raises(Refused) as refused:
        actions.ask_change(**kept(actor=officer("administrator"), **{**asked, **more}))
    assert refused.value.reason is reason
    assert waiting() == []
