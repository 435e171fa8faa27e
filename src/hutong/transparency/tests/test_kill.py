"""The sequencer killed in the middle: no entry lost, none twice, no signature contradicted."""

import os
import random
import signal
import subprocess
import sys
import time

from hutong.journal import queries as journal
from hutong.transparency import actions, note, queries
from hutong.transparency.tests.writing import discrepancies, write

SEQUENCER = """
import os, django
from hutong.node.loading import loading
with loading():
    django.setup()
from django.conf import settings
from pathlib import Path
from hutong.transparency import actions
from hutong.transparency.keys import Keyring
signer = Keyring(Path(os.environ["HUTONG_STATE"]) / "keys", "tests only").checkpoint_signer
print("ready", flush=True)
while True:
    actions.sequence_once(signer, limit=7)
"""
KILLS = 3


def test_a_killed_sequencer_leaves_a_log_that_goes_on(own_database, signer, settings):
    seed = random.Random(6)
    signed = []
    for round_ in range(KILLS):
        write(60, start=round_ * 1000)
        child = subprocess.Popen(
            [sys.executable, "-c", SEQUENCER],
            env={**os.environ, "HUTONG_STATE": str(settings.STATE)},
            stdout=subprocess.PIPE,
        )
        try:
            assert child.stdout.readline() == b"ready\n"
            time.sleep(seed.uniform(0.01, 0.12))
        finally:
            child.send_signal(signal.SIGKILL)
            child.wait()
            child.stdout.close()
        signed.append(note.open_checkpoint(signer.memory.read_text(), signer.key))
    while journal.pending_count():
        actions.sequence_once(signer)
    actions.sequence_once(signer)
    assert queries.checkpoint().size == KILLS * 60
    assert discrepancies() == []
    for old in signed:
        stored = {view.size: view.root for view in queries.checkpoints(limit=1000)}
        assert old.size == 0 or stored.get(old.size, old.root) == old.root
        assert queries.merkle.root(old.size, queries.node_reader()) == old.root
