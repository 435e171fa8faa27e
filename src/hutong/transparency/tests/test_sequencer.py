"""From the journal to a signed checkpoint, on a real database."""

import hashlib
import threading

import psycopg
import pytest
from django.db import connections

from hutong.journal import queries as journal
from hutong.transparency import actions, note, queries
from hutong.transparency.merkle import leaf_hash, root_of, verify_consistency
from hutong.transparency.models import Checkpoint, Tile
from hutong.transparency.signing import ForkRefused
from hutong.transparency.tests.writing import Kept, discrepancies, write


def leaves():
    return [row.leaf for row in journal.published()]


def as_superuser(database, statement, *values):
    """Change what the application cannot: triggers off, as an intruder with the server would."""
    with psycopg.connect(database.superuser_url) as connection:
        connection.execute("SET session_replication_role = replica")
        done = connection.execute(statement, values)
        assert done.rowcount == 1, statement


@pytest.mark.django_db
def test_what_is_written_gets_its_place_and_a_signature(signer):
    write(3)
    assert actions.sequence_once(signer) == 3
    latest = queries.checkpoint()
    assert latest.size == 3
    assert latest.root == root_of([leaf_hash(leaf) for leaf in leaves()])
    assert note.open_checkpoint(latest.note, signer.key).size == 3
    assert discrepancies() == []


@pytest.mark.django_db
def test_a_quiet_log_signs_nothing(signer):
    assert actions.sequence_once(signer) == 0
    assert queries.checkpoint() is None
    write(1)
    actions.sequence_once(signer)
    assert actions.sequence_once(signer) == 0
    assert Checkpoint.objects.count() == 1


@pytest.mark.django_db
def test_drafts_get_a_place_in_the_journal_and_none_in_the_log(signer):
    write(1)
    write(2, start=10, event=Kept)
    write(1, start=20)
    assert actions.sequence_once(signer) == 4
    assert queries.tree_size() == 2
    assert [row.log_index for row in journal.published()] == [0, 1]
    write(1, start=30, event=Kept)
    assert actions.sequence_once(signer) == 1
    assert Checkpoint.objects.count() == 1, "nothing was published, so nothing is signed"
    assert discrepancies() == []


@pytest.mark.django_db
def test_many_batches_make_the_same_tree_as_one(signer):
    write(600)
    sizes = []
    while actions.sequence_once(signer, limit=170):
        sizes.append(queries.checkpoint().size)
    assert sizes == [170, 340, 510, 600]
    assert queries.checkpoint().root == root_of([leaf_hash(leaf) for leaf in leaves()])
    assert Tile.objects.filter(level=0).count() == 3
    assert discrepancies() == []


@pytest.mark.django_db
def test_every_entry_is_proven_and_every_checkpoint_follows_from_the_one_before(signer):
    write(300)
    actions.sequence_once(signer, limit=100)
    old = queries.checkpoint()
    while actions.sequence_once(signer, limit=100):
        pass
    new = queries.checkpoint()
    for index in (0, 99, 100, 255, 256, 299):
        queries.log_proof(index).verify(journal.leaf_at(index), signer.key)
    proof = queries.consistency(old.size, new.size)
    verify_consistency(
        old=old.size, old_root=old.root, new=new.size, new_root=new.root, proof=proof
    )
    assert [view.size for view in queries.checkpoints()] == [300, 200, 100]
    assert [view.size for view in queries.checkpoints(before=300, limit=1)] == [200]


@pytest.mark.django_db
def test_an_entry_without_a_checkpoint_is_not_proven_yet(signer):
    write(1)
    with pytest.raises(queries.NotYetIncluded):
        queries.log_proof(0)


@pytest.mark.django_db
def test_a_crash_before_signing_is_made_good_by_the_next_run(signer):
    write(2)
    actions._grow(100)
    assert queries.checkpoint() is None
    assert actions.sequence_once(signer) == 0
    assert queries.checkpoint().size == 2


@pytest.mark.django_db
def test_a_crash_after_signing_is_made_good_by_the_next_run(signer):
    write(2)
    actions._grow(100)
    size = queries.tree_size()
    root = root_of([leaf_hash(leaf) for leaf in leaves()])
    signed = signer.sign(size, root, queries.consistency)
    actions.sequence_once(signer)
    assert queries.checkpoint().note == signed


def test_a_database_from_a_backup_is_not_signed(signer, own_database):
    write(5)
    actions.sequence_once(signer)
    published = queries.checkpoint()
    with psycopg.connect(own_database.superuser_url) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("DELETE FROM journal_position WHERE position >= 3")
        connection.execute("DELETE FROM transparency_checkpoint")
        connection.execute("DELETE FROM journal_private WHERE entry_id > 3")
        connection.execute("DELETE FROM journal_entry WHERE id > 3")
        connection.execute(
            "UPDATE transparency_tile SET hashes = substr(hashes, 1, 96) WHERE level = 0"
        )
    write(1, start=50)
    with pytest.raises(ForkRefused, match="shorter"):
        actions.sequence_once(signer)
    write(4, start=60)
    with pytest.raises(ForkRefused, match=f"size 5, root {published.root.hex()}"):
        actions.sequence_once(signer)
    assert queries.checkpoint() is None
    assert signer.last().root == published.root
    assert any("log-signed" in found for found in discrepancies())


def test_two_sequencers_give_each_entry_one_place(signer, own_database):
    write(400)
    done, failures = [], []

    def work():
        try:
            for _ in range(200):
                done.append(actions.sequence_once(signer, limit=10))
                if not journal.pending_count():
                    break
        except Exception as error:
            failures.append(error)
        finally:
            connections.close_all()

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    actions.sequence_once(signer)
    assert not failures
    assert sum(done) == 400
    assert queries.checkpoint().size == 400
    assert discrepancies() == []


TAMPERING = {
    "an entry's bytes": (
        "UPDATE journal_entry SET leaf = set_byte(leaf, 20, 33)"
        " WHERE id = (SELECT entry_id FROM journal_position WHERE log_index = 4)",
        "at log index 4",
    ),
    "a place's hash": (
        "UPDATE journal_position SET leaf_hash = set_byte(leaf_hash, 0,"
        " get_byte(leaf_hash, 0) # 1) WHERE log_index = 7",
        "at log index 7",
    ),
    "a hash in a tile": (
        "UPDATE transparency_tile SET hashes = set_byte(hashes, 32 * 9,"
        " get_byte(hashes, 32 * 9) # 1) WHERE level = 0 AND number = 0",
        "at log index 9",
    ),
    "a hash in an upper tile": (
        "UPDATE transparency_tile SET hashes = set_byte(hashes, 5, get_byte(hashes, 5) # 1)"
        " WHERE level = 1",
        "tile/1/000.p/1",
    ),
    "a checkpoint's root": (
        "UPDATE transparency_checkpoint SET root = set_byte(root, 0, get_byte(root, 0) # 1)",
        "checkpoint 300 root",
    ),
    "a checkpoint's note": (
        "UPDATE transparency_checkpoint SET note = replace(note, '300', '301')",
        "checkpoint 300 note",
    ),
}


@pytest.mark.parametrize("what", TAMPERING)
def test_the_audit_names_what_was_changed(signer, own_database, what):
    write(300)
    actions.sequence_once(signer)
    assert discrepancies() == []
    statement, place = TAMPERING[what]
    as_superuser(own_database, statement)
    assert any(place in found for found in discrepancies()), discrepancies()


@pytest.mark.django_db
def test_checkpoints_cannot_be_rewritten(signer):
    write(1)
    actions.sequence_once(signer)
    with pytest.raises(Exception, match=r"insert-only|permission denied"):
        Checkpoint.objects.update(root=hashlib.sha256(b"other").digest())


@pytest.mark.django_db
def test_the_checkpoint_is_served_as_text(client, signer, venue):
    missing = client.get("/log/checkpoint")
    assert missing.status_code == 404
    write(2)
    actions.sequence_once(signer)
    served = client.get("/log/checkpoint")
    assert served["Content-Type"] == "text/plain; charset=utf-8"
    size = note.open_checkpoint(served.content, signer.key).size
    assert size == queries.tree_size() >= 2
    assert client.get("/log/keys.json").content == queries.keyring().public().file()


@pytest.mark.django_db
def test_an_entry_is_served_with_its_proof(client, signer, venue):
    write(2)
    actions.sequence_once(signer)
    index = queries.tree_size() - 1
    answer = client.get(f"/api/v1/log/entries/{index}").json()
    assert answer["index"] == index
    assert answer["proof"].startswith("c2sp.org/tlog-proof@v1\n")
    for absent in (index + 1, -1, 2**70):
        assert client.get(f"/api/v1/log/entries/{absent}").status_code in {404, 422}
