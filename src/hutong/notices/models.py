"""
Notices, and what each person wants by e-mail.
"""

from django.db import models
from django.db.models import F, Q

from hutong.kit.ids import new_id


class Notice(models.Model):
    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.UUIDField()
    kind = models.CharField(max_length=80)
    facts = models.JSONField()
    link = models.CharField(max_length=300)
    subject = models.CharField(max_length=120)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)
    site = models.BooleanField(default=True, db_default=True)  # shown here; some want mail alone

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="notices_notice_link_is_ours",
                condition=Q(link="") | (Q(link__startswith="/") & ~Q(link__startswith="//")),
            ),
        ]
        indexes = [
            models.Index(
                F("person"), F("created_at").desc(), F("id").desc(), name="notices_of_person"
            ),
            models.Index(
                fields=["person"],
                name="notices_unread",
                condition=Q(read_at__isnull=True, site=True),
            ),
        ]


class MailChoice(models.Model):
    """A person's word about one kind of notice; without one, the kind's default holds."""

    person = models.UUIDField()
    kind = models.CharField(max_length=80)
    mail = models.BooleanField()
    site = models.BooleanField(default=True, db_default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "kind"], name="notices_choice_once"),
        ]
