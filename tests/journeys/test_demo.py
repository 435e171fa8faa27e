"""The whole case, from a technology to a certificate, as the demo plays it."""


def test_the_demo_verifies_every_step(played):
    assert played.summary["ok"] is True
    assert played.summary["technologies"] == 35
    assert played.summary["rights_registered"] == 35
    assert (
        played.summary["certificates"]
        == 37 + played.summary["parties"] + played.summary["licences"]
    )
    assert played.summary["ledger_sum"] == 0
    assert played.summary["deal_price_fen"] == played.summary["hammer_price_fen"] > 0


def test_the_doctor_agrees_after_the_demo(played):
    done = played.command("doctor")
    assert done.returncode == 0, done.stdout
    assert "all agrees with the journal" in done.stdout


def test_nothing_published_names_a_person_by_their_id(played):
    """LO-2: neither subject, facts nor blobs; the sealed ones neither, once they are opened."""
    with played.superuser() as connection:
        persons = [str(id) for (id,) in connection.execute("SELECT id FROM parties_person")]
        published = connection.execute(
            """SELECT kind, convert_from(coalesce("inner", leaf), 'UTF8'),
                      coalesce((SELECT string_agg(blob::text, ' ') FROM journal_content
                                WHERE entry_id = journal_entry.id), '')
               FROM journal_entry WHERE visibility <> 'journalled'"""
        ).fetchall()
    assert len(persons) > 10
    assert len(published) > 100
    named = {
        kind for kind, leaf, blobs in published if any(p in leaf or p in blobs for p in persons)
    }
    assert not named
