"""
Upkeep of the store.
"""

from datetime import UTC, datetime

import structlog
from procrastinate.contrib.django import app

from hutong.documents import actions

log = structlog.get_logger(__name__)


@app.periodic(cron="41 3 * * *")
@app.task(name="documents.sweep", queue="upkeep")
def sweep(timestamp: int) -> None:
    """Delete what no document has, once a day."""
    gone = actions.sweep(real_now=datetime.fromtimestamp(timestamp, UTC))
    log.info("documents_swept", gone=len(gone))
