"""
Tables of persons and parties.

Personal data (names, e-mail) lies here and in the journal's erasable payloads, never in the log.
Secrets (tokens, codes, links) are stored as digests only.
"""

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower, Now

from hutong.kit.ids import new_id
from hutong.parties import membership, rules, sign_in


def choices(enum: Any) -> list[tuple[str, str]]:
    return [(member.value, member.value) for member in enum]


class PersonManager(BaseUserManager):
    def get_by_natural_key(self, email: str | None) -> "Person":
        return self.get(email=(email or "").strip().lower())


class Person(AbstractBaseUser):
    """Someone who signs in. What they may do stands in mandates and offices, not here."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    email = models.EmailField(max_length=254, unique=True)
    display_name = models.CharField(max_length=100)
    language = models.CharField(
        max_length=10, choices=choices(sign_in.Language), default=sign_in.Language.CHINESE.value
    )
    email_confirmed_at = models.DateTimeField(null=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(db_default=Now())

    objects = PersonManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["display_name"]
    # Django's own administration is not used; officers act through the venue's doors.
    is_staff = False
    is_superuser = False

    class Meta:
        constraints = [
            models.CheckConstraint(  # so that unique means whatever the case (PA-2)
                name="parties_person_email_lower", condition=Q(email=Lower("email"))
            ),
        ]

    def __str__(self) -> str:
        return self.display_name

    def clean(self) -> None:
        self.email = self.email.strip().lower()

    def get_full_name(self) -> str:
        return self.display_name

    def get_short_name(self) -> str:
        return self.display_name


class Party(models.Model):
    """A legal or natural person that trades (PA-1)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=30, choices=choices(rules.Kind))
    name_zh = models.CharField(max_length=200, blank=True, default="")
    name_en = models.CharField(max_length=200, blank=True, default="")
    sort_key = models.CharField(max_length=800, default="")  # pinyin: the database has no ICU
    jurisdiction = models.CharField(max_length=2)
    state_owned = models.BooleanField(default=False)
    status = models.CharField(
        max_length=20, choices=choices(rules.Status), default=rules.Status.UNVERIFIED.value
    )
    home_venue = models.CharField(max_length=40, blank=True, default="")
    registered_at = models.DateTimeField()
    entered_by = models.UUIDField()
    submitted_at = models.DateTimeField(null=True)
    submitted_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.UUIDField(null=True)
    why = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="parties_party_named", condition=~Q(name_zh="") | ~Q(name_en="")
            ),
            models.CheckConstraint(
                name="parties_party_status",
                condition=Q(status__in=[s.value for s in rules.Status]),
            ),
            models.CheckConstraint(
                name="parties_party_kind", condition=Q(kind__in=[k.value for k in rules.Kind])
            ),
            models.CheckConstraint(
                name="parties_party_jurisdiction", condition=Q(jurisdiction__regex=r"^[A-Z]{2}$")
            ),
            models.CheckConstraint(  # PA-5: whoever entered it did not decide it
                name="parties_party_other_eyes",
                condition=Q(decided_by__isnull=True)
                | (
                    ~Q(decided_by=F("entered_by"))
                    & (Q(submitted_by__isnull=True) | ~Q(decided_by=F("submitted_by")))
                ),
            ),
        ]
        indexes = [
            models.Index(
                fields=["submitted_at", "id"],
                name="parties_party_queue",
                condition=Q(status=rules.Status.PENDING.value),
            ),
            models.Index(fields=["sort_key", "id"], name="parties_party_sorted"),
        ]

    def __str__(self) -> str:
        return self.name_zh or self.name_en

    def state(self) -> rules.PartyState:
        """The party as its rules see it (reads its identifiers and evidence)."""
        return rules.PartyState(
            id=self.id,
            kind=rules.Kind(self.kind),
            status=rules.Status(self.status),
            name_zh=self.name_zh,
            name_en=self.name_en,
            jurisdiction=self.jurisdiction,
            state_owned=self.state_owned,
            home_venue=self.home_venue,
            identifiers=tuple(
                (i.scheme, i.value) for i in self.identifiers.order_by("scheme", "value")
            ),
            evidence=tuple(e.document for e in self.evidence.order_by("id")),
        )


class Identifier(models.Model):
    """One identifier, one party (PA-1)."""

    party = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="identifiers")
    scheme = models.CharField(max_length=20)
    value = models.CharField(max_length=60)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["scheme", "value"], name="parties_identifier_one_party"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scheme} {self.value}"


class Evidence(models.Model):
    """A document on which verification rests."""

    party = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="evidence")
    document = models.UUIDField()
    proves = models.CharField(max_length=200)
    attached_by = models.UUIDField()
    attached_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["party", "document"], name="parties_evidence_document_once"
            ),
        ]


class Recognition(models.Model):
    """A party of another venue, known here by the credential that venue gave it (PA-4)."""

    party = models.OneToOneField(Party, on_delete=models.PROTECT, related_name="recognition")
    home_venue = models.CharField(max_length=40)
    foreign_id = models.UUIDField()  # the party's id at its home venue
    credential = models.CharField(max_length=60)  # the number of the credential
    until = models.DateField()
    recognised_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    why = models.CharField(max_length=20, choices=choices(rules.Vouching), blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["home_venue", "foreign_id"], name="parties_recognition_once"
            ),
            models.CheckConstraint(
                name="parties_recognition_ending",
                condition=Q(ended_at__isnull=True, why="")
                | Q(ended_at__isnull=False, why__in=[why.value for why in rules.Vouching]),
            ),
        ]


class ForeignPerson(models.Model):
    """Somebody who has an account at another venue and none here; named by a pseudonym of it."""

    person = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="foreign")
    home_venue = models.CharField(max_length=40)
    foreign_id = models.UUIDField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["home_venue", "foreign_id"], name="parties_foreign_person_once"
            ),
        ]


class Invitation(models.Model):
    """An address that may accept a mandate (PA-2). Whether it has an account is not asked here."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    party = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField(max_length=254)
    role = models.CharField(max_length=20, choices=choices(membership.MandateRole))
    invited_by = models.UUIDField(null=True)
    invited_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ending = models.CharField(
        max_length=20, choices=choices(membership.Ending), blank=True, default=""
    )
    ended_by = models.UUIDField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["party", "email"],
                condition=Q(ended_at__isnull=True),
                name="parties_invitation_one_open",
            ),
            models.CheckConstraint(
                name="parties_invitation_role",
                condition=Q(role__in=[r.value for r in membership.MandateRole]),
            ),
            models.CheckConstraint(
                name="parties_invitation_ending",
                condition=Q(ending="", ended_at__isnull=True)
                | Q(ending__in=[e.value for e in membership.Ending], ended_at__isnull=False),
            ),
            models.CheckConstraint(
                name="parties_invitation_email_lower", condition=Q(email=Lower("email"))
            ),
        ]
        indexes = [
            models.Index(
                fields=["email"],
                name="parties_invitation_to",
                condition=Q(ended_at__isnull=True),
            ),
            models.Index(fields=["invited_by", "invited_at"], name="parties_invitation_by"),
        ]


class Mandate(models.Model):
    """A person acts for a party until it is revoked (PA-2)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    party = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="mandates")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="mandates")
    role = models.CharField(max_length=20, choices=choices(membership.MandateRole))
    granted_by = models.UUIDField(null=True)
    granted_at = models.DateTimeField()
    revoked_by = models.UUIDField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "party"],
                condition=Q(revoked_at__isnull=True),
                name="parties_mandate_one_live",
            ),
            models.CheckConstraint(
                name="parties_mandate_role",
                condition=Q(role__in=[r.value for r in membership.MandateRole]),
            ),
        ]
        indexes = [models.Index(fields=["party", "person"], name="parties_mandate_of_party")]


class Office(models.Model):
    """A role of this venue's rulebook, held by a person until dismissed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="offices")
    role = models.CharField(max_length=40)
    appointed_by = models.UUIDField(null=True)  # None: the first administrator, by the command line
    appointed_at = models.DateTimeField()
    dismissed_by = models.UUIDField(null=True)
    dismissed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "role"],
                condition=Q(dismissed_at__isnull=True),
                name="parties_office_one_live",
            ),
            models.CheckConstraint(
                name="parties_office_not_oneself",
                condition=Q(appointed_by__isnull=True) | ~Q(appointed_by=F("person")),
            ),
        ]


class Token(models.Model):
    """An API token: only the digest of its secret is kept. Its times are real, not the venue's."""

    id = models.CharField(primary_key=True, max_length=16)
    secret_digest = models.BinaryField(max_length=32)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="tokens")
    party = models.ForeignKey(Party, on_delete=models.CASCADE, null=True, related_name="tokens")
    scopes = ArrayField(models.CharField(max_length=60))
    label = models.CharField(max_length=100)
    second_factor = models.BooleanField()
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    last_used_on = models.DateField(null=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.UUIDField(null=True)

    class Meta:
        indexes = [models.Index(fields=["person", "created_at"], name="parties_token_of_person")]


class EmailCode(models.Model):
    """A six-digit code sent by e-mail. The code itself lies nowhere: it follows from this row's
    nonce and the venue's secret key, and is computed when it is sent and when it is checked."""

    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="email_code")
    nonce = models.CharField(max_length=32)
    guesses_left = models.PositiveSmallIntegerField()
    sent_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()


class PendingFactor(models.Model):
    """A second factor begun and not yet proved; its secret is encrypted like allauth's."""

    person = models.OneToOneField(Person, on_delete=models.CASCADE)
    secret = models.TextField()
    begun_at = models.DateTimeField()


class SignInLink(models.Model):
    """A single-use link for a demo venue on this machine."""

    digest = models.BinaryField(primary_key=True, max_length=32)
    person = models.ForeignKey(Person, on_delete=models.CASCADE)
    second_factor = models.BooleanField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)


class Throttle(models.Model):
    """Failures of one kind from one place or about one account, within a window of real time."""

    key = models.CharField(primary_key=True, max_length=64)
    failures = models.PositiveIntegerField()
    window_ends_at = models.DateTimeField()


class Control(models.Model):
    """`controller` controls `controlled` (PA-7); by a share, or otherwise when the share is null."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    controller = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="controls")
    controlled = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="controlled_by")
    share_bp = models.PositiveIntegerField(null=True)
    since = models.DateField()
    until = models.DateField(null=True)
    recorded_by = models.UUIDField(null=True)
    recorded_at = models.DateTimeField()
    ended_by = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["controller", "controlled"],
                condition=Q(until__isnull=True),
                name="parties_control_one_live",
            ),
            models.CheckConstraint(
                name="parties_control_not_oneself", condition=~Q(controller=F("controlled"))
            ),
            models.CheckConstraint(
                name="parties_control_share",
                condition=Q(share_bp__isnull=True) | Q(share_bp__gte=1, share_bp__lte=10_000),
            ),
            models.CheckConstraint(
                name="parties_control_dates",
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
            ),
        ]
        indexes = [models.Index(fields=["controlled"], name="parties_control_upward")]
