"""A venue that follows others, step by step."""

from datetime import UTC, datetime, timedelta

from hutong.network.mirrors import actions, jobs, queries
from hutong.network.mirrors.models import Mirror, MirrorText
from hutong.network.mirrors.testing import Logs


class Follower:
    """Follows logs step by step; what is due later is made due now."""

    def __init__(self, *logs):
        self.sources = Logs(*logs)
        self.ids = {log.code: actions.begin(code=log.code, origin=log.origin) for log in logs}

    def follow(self, log, rounds=jobs.ROUNDS):
        self.now_is_the_time()
        return jobs.follow(log.member(), self.ids[log.code], self.sources, rounds=rounds)

    def now_is_the_time(self):
        past = datetime.now(UTC) - timedelta(seconds=1)
        Mirror.objects.update(next_look_at=None)
        MirrorText.objects.filter(standing="wanted").update(next_try_at=past)

    def mirror(self, log):
        return queries.mirror(log.code)
