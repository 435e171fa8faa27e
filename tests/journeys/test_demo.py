"""The whole case, from a technology to a certificate, as the demo plays it."""

import pytest

pytestmark = pytest.mark.xdist_group("demo")


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
