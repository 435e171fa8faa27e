"""
Tables of certificates.

    certificate    content as frozen, its digest, its files (documents), its standing
    proposal       a certificate one officer proposes on evidence and another decides on
    reissue        many certificates whose files two officers agreed to make anew, and how far it is
    template       the venue's words for a kind, version by version
    counter        the last number given, per kind and year; locked while one is given, so no gaps
"""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from hutong.certificates.kinds import Kind
from hutong.certificates.reissues import START, ReissueState, ReissueStatus
from hutong.certificates.rules import ProposalStatus, State, Status, TemplateStatus
from hutong.kit.ids import new_id


class Certificate(models.Model):
    id = models.UUIDField(primary_key=True, default=new_id)
    kind = models.CharField(max_length=40)
    number = models.CharField(max_length=60, unique=True)
    year = models.PositiveSmallIntegerField()
    sequence = models.PositiveIntegerField()
    source = models.CharField(max_length=120)  # a subject: right_entry:…, deal:…
    status = models.CharField(max_length=10, default=Status.ISSUED.value)
    content = models.JSONField()
    content_digest = models.CharField(max_length=71)
    title = models.CharField(max_length=600)
    issued_on = models.DateField()
    issued_at = models.DateTimeField()
    entry = models.BigIntegerField()  # of the journal
    parties = ArrayField(models.UUIDField())
    technologies = ArrayField(models.UUIDField())
    thread = models.CharField(max_length=80, default="")  # title:…, grant:…, party:…
    thread_sequence = models.PositiveIntegerField(null=True)
    superseded_by = models.CharField(max_length=60, default="")
    status_index = models.BigIntegerField(null=True, unique=True)  # in the status lists
    valid_until = models.DateField(null=True)
    suspended_on = models.DateField(null=True)
    template_version = models.PositiveIntegerField(default=0)
    edition = models.PositiveIntegerField(default=1)
    pdf = models.UUIDField(null=True)  # documents
    pdf_digest = models.CharField(max_length=71, default="")
    credential = models.UUIDField(null=True)
    credential_digest = models.CharField(max_length=71, default="")
    log_index = models.BigIntegerField(null=True)
    rendered_at = models.DateTimeField(null=True)
    revocation_asked_by = models.UUIDField(null=True)
    revocation_reason = models.TextField(default="")
    revoked_on = models.DateField(null=True)
    revoked_by = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "source"], name="certificates_once_per_source"),
            models.UniqueConstraint(
                fields=["kind", "year", "sequence"], name="certificates_number_once"
            ),
            models.CheckConstraint(
                condition=Q(status__in=[s.value for s in Status]),
                name="certificates_status_known",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=[k.value for k in Kind]), name="certificates_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(status="issued")
                | Q(pdf__isnull=False, credential__isnull=False, log_index__isnull=False),
                name="certificates_rendered_has_files",
            ),
            models.CheckConstraint(
                condition=Q(status="revoked", revoked_on__isnull=False, revoked_by__isnull=False)
                | (~Q(status="revoked") & Q(revoked_on__isnull=True)),
                name="certificates_revoked_by_somebody",
            ),
        ]
        indexes = [
            GinIndex(fields=["parties"], name="certificates_parties"),
            GinIndex(fields=["technologies"], name="certificates_technologies"),
            models.Index(
                fields=["thread", "thread_sequence"],
                condition=~Q(thread=""),
                name="certificates_thread",
            ),
            models.Index(fields=["-issued_at", "-id"], name="certificates_newest"),
            models.Index(
                fields=["status_index"],
                condition=Q(status="revoked") | Q(suspended_on__isnull=False),
                name="certificates_not_standing",
            ),
        ]

    def state(self) -> State:
        return State(
            id=self.id,
            number=self.number,
            content_digest=self.content_digest,
            status=Status(self.status),
            revocation_asked_by=self.revocation_asked_by,
            revocation_reason=self.revocation_reason,
        )


class Proposal(models.Model):
    id = models.UUIDField(primary_key=True, default=new_id)
    kind = models.CharField(max_length=40)
    status = models.CharField(max_length=10, default=ProposalStatus.PROPOSED.value)
    said = models.JSONField()  # whole, with the names of parties as they were found
    title = models.CharField(max_length=600)
    evidence = ArrayField(models.UUIDField())
    proposed_by = models.UUIDField(null=True)
    proposed_at = models.DateTimeField()
    decided_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)
    reason = models.TextField(default="")
    certificate = models.CharField(max_length=60, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=[s.value for s in ProposalStatus]),
                name="certificates_proposal_status_known",
            ),
            models.CheckConstraint(
                condition=Q(status="issued") ^ Q(certificate=""),
                name="certificates_proposal_issued_has_number",
            ),
        ]
        indexes = [
            models.Index(fields=["status", "-id"], name="certificates_proposal_status"),
        ]


class Reissue(models.Model):
    id = models.UUIDField(primary_key=True, default=new_id)
    kind = models.CharField(max_length=40, default="")  # empty: of every kind
    made_before = models.DateTimeField()
    older_words = models.BooleanField(default=False)
    reason = models.TextField()
    status = models.CharField(max_length=10, default=ReissueStatus.PROPOSED.value)
    total = models.PositiveIntegerField()
    made = models.PositiveIntegerField(default=0)
    after = models.UUIDField(default=START)  # the last certificate that was looked at
    proposed_by = models.UUIDField(null=True)
    proposed_at = models.DateTimeField()
    decided_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=[s.value for s in ReissueStatus]),
                name="certificates_reissue_status_known",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["running", "stopped", "done"])
                | ~Q(decided_by=models.F("proposed_by")),
                name="certificates_reissue_other_eyes",
            ),
            models.CheckConstraint(
                condition=Q(status="done") ^ Q(finished_at__isnull=True),
                name="certificates_reissue_done_is_finished",
            ),
            models.CheckConstraint(
                condition=Q(status="proposed") ^ Q(decided_at__isnull=False),
                name="certificates_reissue_decided",
            ),
        ]
        indexes = [models.Index(fields=["status", "-id"], name="certificates_reissue_status")]

    def state(self) -> ReissueState:
        return ReissueState(
            id=self.id,
            status=ReissueStatus(self.status),
            proposed_by=self.proposed_by,
            after=self.after,
            made=self.made,
        )


class Template(models.Model):
    id = models.UUIDField(primary_key=True, default=new_id)
    kind = models.CharField(max_length=40)
    version = models.PositiveIntegerField()
    status = models.CharField(max_length=10, default=TemplateStatus.PROPOSED.value)
    wording = models.JSONField()
    note = models.TextField(default="")
    proposed_by = models.UUIDField(null=True)
    proposed_at = models.DateTimeField()
    decided_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)
    reason = models.TextField(default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "version"], name="certificates_template_version_once"
            ),
            models.UniqueConstraint(
                fields=["kind"],
                condition=Q(status="proposed"),
                name="certificates_template_one_proposed",
            ),
            models.CheckConstraint(
                condition=Q(status__in=[s.value for s in TemplateStatus]),
                name="certificates_template_status_known",
            ),
        ]


class Counter(models.Model):
    kind = models.CharField(max_length=40)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "year"], name="certificates_counter_once")
        ]
