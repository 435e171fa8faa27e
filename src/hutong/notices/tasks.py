"""
Notices by e-mail: in the reader's language, tried again when the post fails. Upkeep of the queue.
"""

from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext, override
from procrastinate import JobContext, RetryStrategy
from procrastinate.builtin_tasks import remove_old_jobs
from procrastinate.contrib.django import app

from hutong.kit.refusal import Refused
from hutong.notices import actions, queries
from hutong.notices.stopping import token_of
from hutong.parties import queries as parties
from hutong.ui.mail import letter


@app.task(name=actions.MAIL, queue="mail", retry=RetryStrategy(max_attempts=10, exponential_wait=3))
def mail(notice: str) -> None:
    """Send one notice. At least once: a crash after sending and before noting it sends again."""
    id = UUID(notice)
    if queries.is_mailed(id):
        return
    try:
        reader = parties.person(queries.notice(id).person)
    except Refused:
        return  # the notice or its reader is gone
    with override(reader.language):
        found = queries.notice(id)
        stop = f"{settings.ORIGIN}/my/notices/stop/{token_of(found.person, found.kind)}"
        letter(
            to=reader.email,
            subject=found.title,
            paragraphs=[found.body or found.title],
            link=(gettext("Open the page"), f"{settings.ORIGIN}{found.link}")
            if found.link
            else None,
            endings=[
                (
                    gettext("You choose what comes by e-mail:"),
                    f"{settings.ORIGIN}/my/notices/settings",
                ),
                (gettext("No more mails of this kind:"), stop),
            ],
            headers={
                "List-Unsubscribe": f"<{stop}>",
                "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
                "Auto-Submitted": "auto-generated",
            },
        ).send()
    actions.mark_mailed(id)


@app.periodic(cron="53 3 * * *")
@app.task(name="notices.forget_old_jobs", queue="upkeep", pass_context=True)
async def forget_old_jobs(context: JobContext, timestamp: int) -> None:
    """Delete done jobs after a week: what they did stands in the journal."""
    await remove_old_jobs(context, max_hours=7 * 24)
