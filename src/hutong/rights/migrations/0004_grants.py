"""Grants, restrictions, filings; an entry has its chapter, a disposal its kind (RR-2, RR-6, RR-7)."""

import datetime

import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models

import hutong.kit.ids
import hutong.rights.spans_field


class Migration(migrations.Migration):
    dependencies = [
        ("rights", "0003_procedure"),
    ]

    operations = [
        migrations.RunSQL("CREATE SEQUENCE rights_line", "DROP SEQUENCE rights_line"),
        migrations.CreateModel(
            name="Agreement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("party", models.UUIDField()),
                ("agreed_at", models.DateTimeField(null=True)),
                ("agreed_by", models.UUIDField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Filing",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=hutong.kit.ids.new_id, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.CharField(max_length=40, unique=True)),
                ("kind", models.CharField(max_length=24)),
                ("status", models.CharField(max_length=12)),
                ("applicant", models.UUIDField(null=True)),
                ("entered_by", models.UUIDField(null=True)),
                (
                    "technologies",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.UUIDField(), size=None
                    ),
                ),
                ("terms", models.JSONField()),
                (
                    "evidence",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.UUIDField(), default=list, size=None
                    ),
                ),
                ("corrects", models.UUIDField(null=True)),
                ("rulebook_version", models.PositiveIntegerField()),
                ("filed_at", models.DateTimeField()),
                ("examined_by", models.UUIDField(null=True)),
                ("examined_at", models.DateTimeField(null=True)),
                ("findings", models.TextField(default="")),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_because", models.TextField(default="")),
                (
                    "entries",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.UUIDField(), default=list, size=None
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Grant",
            fields=[
                ("line", models.BigIntegerField(primary_key=True, serialize=False)),
                ("title_line", models.BigIntegerField()),
                ("technology", models.UUIDField()),
                (
                    "names",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.UUIDField(), default=list, size=None
                    ),
                ),
                ("sequence", models.PositiveIntegerField()),
                ("depth", models.PositiveSmallIntegerField()),
                ("mode", models.CharField(max_length=12)),
                ("long_term", models.BooleanField(default=False)),
                ("sublicensable", models.BooleanField()),
                ("licensor", models.UUIDField()),
                ("licensee", models.UUIDField()),
                ("slot", hutong.rights.spans_field.SpansField()),
                ("territory", hutong.rights.spans_field.SpansField()),
                ("ipc", hutong.rights.spans_field.SpansField()),
                ("industry", hutong.rights.spans_field.SpansField()),
                ("in_force", django.contrib.postgres.fields.ranges.DateRangeField()),
            ],
        ),
        migrations.CreateModel(
            name="Restriction",
            fields=[
                (
                    "entry",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="restriction",
                        serialize=False,
                        to="rights.entry",
                    ),
                ),
                ("technology", models.UUIDField()),
                ("kind", models.CharField(max_length=16)),
                ("party", models.UUIDField(null=True)),
                ("rank", models.PositiveSmallIntegerField(null=True)),
                ("live", models.BooleanField(default=True)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="disposal",
            name="rights_disposal_one_pending",
        ),
        migrations.RemoveConstraint(
            model_name="entry",
            name="rights_entry_kind_known",
        ),
        migrations.AddField(
            model_name="disposal",
            name="blocks",
            field=models.BooleanField(db_default=True, default=True),
        ),
        migrations.AddField(
            model_name="disposal",
            name="kind",
            field=models.CharField(db_default="transfer", max_length=24),
        ),
        migrations.AddField(
            model_name="disposal",
            name="terms",
            field=models.JSONField(db_default={}, default=dict),
        ),
        migrations.AddField(
            model_name="entry",
            name="chapter",
            field=models.CharField(db_default="title", max_length=5),
        ),
        migrations.AddField(
            model_name="title",
            name="closed",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="title",
            name="last_known_at",
            field=models.DateTimeField(
                default=datetime.datetime(1970, 1, 1, 0, 0, tzinfo=datetime.UTC)
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="title",
            name="last_on",
            field=models.DateField(default=datetime.date(1970, 1, 1)),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="title",
            name="line",
            field=models.BigIntegerField(
                db_default=models.Func(
                    models.Value("rights_line"),
                    function="nextval",
                    output_field=models.BigIntegerField(),
                ),
                unique=True,
            ),
        ),
        migrations.AlterField(
            model_name="disposal",
            name="deal",
            field=models.UUIDField(null=True),
        ),
        migrations.AlterField(
            model_name="disposal",
            name="denominator",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AlterField(
            model_name="disposal",
            name="numerator",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(
                condition=models.Q(("chapter", "title")),
                fields=["technology", "sequence"],
                name="rights_entry_of_title",
            ),
        ),
        migrations.AddConstraint(
            model_name="entry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "first_registration",
                            "transfer",
                            "redistribution",
                            "empowerment",
                            "licence",
                            "sublicence",
                            "long_term_use",
                            "surrender",
                            "termination",
                            "freeze",
                            "lift",
                            "pledge",
                            "consent",
                            "pre_emption",
                            "state_funding",
                            "release",
                            "cancellation",
                            "struck_out",
                        ],
                    )
                ),
                name="rights_entry_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="entry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("chapter__in", ["title", "use"]),
                    models.Q(
                        ("kind", "struck_out"),
                        models.Q(
                            ("chapter", "use"),
                            (
                                "kind__in",
                                [
                                    "licence",
                                    "long_term_use",
                                    "sublicence",
                                    "surrender",
                                    "termination",
                                ],
                            ),
                        ),
                        models.Q(
                            models.Q(
                                (
                                    "kind__in",
                                    [
                                        "licence",
                                        "long_term_use",
                                        "sublicence",
                                        "surrender",
                                        "termination",
                                    ],
                                ),
                                _negated=True,
                            ),
                            ("chapter", "title"),
                        ),
                        _connector="OR",
                    ),
                ),
                name="rights_entry_in_its_chapter",
            ),
        ),
        migrations.AddIndex(
            model_name="filing",
            index=models.Index(fields=["applicant", "-id"], name="rights_filing_applicant"),
        ),
        migrations.AddIndex(
            model_name="filing",
            index=models.Index(fields=["status", "-id"], name="rights_filing_status"),
        ),
        migrations.AddIndex(
            model_name="filing",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["technologies"], name="rights_filing_technologies"
            ),
        ),
        migrations.AddConstraint(
            model_name="filing",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "status__in",
                        [
                            "agreeing",
                            "submitted",
                            "approved",
                            "entered",
                            "declined",
                            "rejected",
                            "withdrawn",
                        ],
                    )
                ),
                name="rights_filing_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="filing",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "licence",
                            "surrender",
                            "pledge",
                            "consent",
                            "release",
                            "redistribution",
                            "restriction",
                            "termination",
                            "cancellation",
                            "correction",
                        ],
                    )
                ),
                name="rights_filing_kind_known",
            ),
        ),
        migrations.AddField(
            model_name="agreement",
            name="filing",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="agreements",
                to="rights.filing",
            ),
        ),
        migrations.AddField(
            model_name="disposal",
            name="filing",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="disposals",
                to="rights.filing",
            ),
        ),
        migrations.AddConstraint(
            model_name="disposal",
            constraint=models.UniqueConstraint(
                condition=models.Q(("blocks", True), ("status", "prepared")),
                fields=("technology",),
                name="rights_disposal_one_pending",
            ),
        ),
        migrations.AddConstraint(
            model_name="disposal",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "cancelled"), _negated=True),
                fields=("filing", "technology"),
                name="rights_disposal_once_per_filing",
            ),
        ),
        migrations.AddConstraint(
            model_name="disposal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("deal__isnull", False), ("filing__isnull", True)),
                    models.Q(("deal__isnull", True), ("filing__isnull", False)),
                    _connector="OR",
                ),
                name="rights_disposal_of_deal_or_filing",
            ),
        ),
        migrations.AddConstraint(
            model_name="disposal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("denominator__isnull", False),
                        ("kind", "transfer"),
                        ("numerator__isnull", False),
                    ),
                    models.Q(
                        models.Q(("kind", "transfer"), _negated=True),
                        ("denominator__isnull", True),
                        ("numerator__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="rights_disposal_share_of_transfer",
            ),
        ),
        migrations.AddField(
            model_name="grant",
            name="ended_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="rights.entry",
            ),
        ),
        migrations.AddField(
            model_name="grant",
            name="entry",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="grant", to="rights.entry"
            ),
        ),
        migrations.AddField(
            model_name="grant",
            name="under",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="sublicences",
                to="rights.grant",
            ),
        ),
        migrations.AddIndex(
            model_name="restriction",
            index=models.Index(fields=["technology"], name="rights_restriction_on"),
        ),
        migrations.AddIndex(
            model_name="restriction",
            index=models.Index(fields=["party"], name="rights_restriction_party"),
        ),
        migrations.AddConstraint(
            model_name="restriction",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "pledge"), ("live", True)),
                fields=("technology", "rank"),
                name="rights_restriction_rank_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="restriction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "pledge"), _negated=True),
                    models.Q(("party__isnull", False), ("rank__gte", 1)),
                    _connector="OR",
                ),
                name="rights_restriction_pledge_ranked",
            ),
        ),
        migrations.AddIndex(
            model_name="agreement",
            index=models.Index(fields=["party"], name="rights_agreement_party"),
        ),
        migrations.AddConstraint(
            model_name="agreement",
            constraint=models.UniqueConstraint(
                fields=("filing", "party"), name="rights_agreement_once"
            ),
        ),
        migrations.AddIndex(
            model_name="grant",
            index=models.Index(fields=["technology", "line"], name="rights_grant_of_technology"),
        ),
        migrations.AddIndex(
            model_name="grant",
            index=models.Index(fields=["licensee", "-line"], name="rights_grant_licensee"),
        ),
        migrations.AddIndex(
            model_name="grant",
            index=models.Index(fields=["licensor", "-line"], name="rights_grant_licensor"),
        ),
        migrations.AddIndex(
            model_name="grant",
            index=models.Index(fields=["under"], name="rights_grant_under"),
        ),
        migrations.AddIndex(
            model_name="grant",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["names"], name="rights_grant_names"
            ),
        ),
        migrations.AddConstraint(
            model_name="grant",
            constraint=models.CheckConstraint(
                condition=models.Q(("mode__in", ["exclusive", "sole", "ordinary"])),
                name="rights_grant_mode_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="grant",
            constraint=models.CheckConstraint(
                condition=models.Q(("long_term", False), ("mode", "ordinary"), _connector="OR"),
                name="rights_grant_long_term_ordinary",
            ),
        ),
    ]
