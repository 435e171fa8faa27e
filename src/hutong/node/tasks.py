"""
Upkeep of what the doors remember and the queue keeps.
"""

from datetime import timedelta

from django.db.models.functions import Now
from procrastinate.contrib.django import app

from hutong.node.models import OnceRequest, Session

REMEMBERED = timedelta(days=7)  # a request repeated later than this acts again


@app.periodic(cron="27 3 * * *")
@app.task(name="node.tidy", queue="upkeep")
def tidy(timestamp: int) -> None:
    """Forget old keys of requests and sessions that have expired."""
    OnceRequest.objects.filter(done_at__lt=Now() - REMEMBERED).delete()
    Session.objects.filter(expire_date__lt=Now()).delete()


@app.periodic(cron="57 3 * * *")
@app.task(name="node.tidy_queue", queue="upkeep")
async def tidy_queue(timestamp: int) -> None:
    """Forget jobs done a week ago; those that failed are kept for people to see."""
    await app.job_manager.delete_old_jobs(nb_hours=7 * 24)
