"""The worker sends the mails of sign-up, and tries again when the post fails."""

from datetime import timedelta

from django.core import mail
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from hutong.kit.actor import ANONYMOUS
from hutong.parties import actions
from hutong.parties.models import Person
from hutong.parties.testing import PASSWORD


def work():
    with app.replace_connector(app.connector.get_worker_connector()) as worker:
        worker.run_worker(wait=False, install_signal_handlers=False, listen_notify=False)


def test_a_code_is_mailed_and_a_failing_post_is_tried_again(own_database, venue, settings):
    working = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1  # nobody listens there
    email = "office@university.example"
    actions.sign_up(
        actor=ANONYMOUS, now=venue.now, email=email, password=PASSWORD, display_name="办公室"
    )
    work()
    (job,) = ProcrastinateJob.objects.all()
    assert (job.status, job.attempts) == ("todo", 1)
    assert job.scheduled_at is not None

    settings.EMAIL_BACKEND = working
    rewind(own_database, job.id)
    work()

    (sent,) = mail.outbox
    assert sent.to == [email]
    code = next(word for word in sent.body.split() if word.isdigit())
    assert "验证码" in sent.subject
    person = actions.confirm_email(actor=ANONYMOUS, now=venue.now, email=email, code=code)
    assert person.id == Person.objects.get().id
    assert code not in str(ProcrastinateJob.objects.values_list("args")), (
        "no code lies in the queue"
    )


def rewind(own_database, job):
    """Let the waiting time of the next try pass."""
    import psycopg

    with psycopg.connect(own_database.superuser_url) as connection:
        connection.execute(
            "UPDATE procrastinate_jobs SET scheduled_at = scheduled_at - %s WHERE id = %s",
            [timedelta(hours=1), job],
        )
