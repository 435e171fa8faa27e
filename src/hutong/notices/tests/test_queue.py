"""Upkeep of the queue."""

from datetime import timedelta

import psycopg
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

SWEEP = "parties.sweep_throttles"


def test_done_jobs_are_forgotten_after_a_week(own_database):
    old, young = (app.configure_task(SWEEP).defer(timestamp=0) for _ in range(2))
    work()
    with psycopg.connect(own_database.superuser_url) as connection:
        connection.execute(
            "UPDATE procrastinate_events SET at = at - %s WHERE job_id = %s",
            [timedelta(days=8), old],
        )
    upkeep = app.configure_task("notices.forget_old_jobs").defer(timestamp=0)
    work()

    left = set(ProcrastinateJob.objects.values_list("id", flat=True))
    assert left == {young, upkeep}


def work():
    with app.replace_connector(app.connector.get_worker_connector()) as worker:
        worker.run_worker(wait=False, install_signal_handlers=False, listen_notify=False)
