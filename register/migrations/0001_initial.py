import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """The register's tables were made by the app `listings` and keep its names; here only their app changes."""

    initial = True

    dependencies = [
        ("accounts", "0003_organization_findable"),
        ("catalogue", "0003_release"),
        ("listings", "0003_register"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="RegisterPlant",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("register", models.CharField(max_length=40)),
                        ("register_id", models.CharField(max_length=40)),
                        ("name", models.CharField(max_length=200, verbose_name="name")),
                        (
                            "nace_code",
                            models.CharField(help_text="from the register's activity", max_length=6),
                        ),
                        (
                            "activity",
                            models.CharField(
                                help_text="slug of a kind of plant of the catalogue", max_length=80
                            ),
                        ),
                        ("town", models.CharField(blank=True, max_length=120, verbose_name="town")),
                        ("country", models.CharField(max_length=2, verbose_name="country")),
                        ("latitude", models.FloatField()),
                        ("longitude", models.FloatField()),
                        (
                            "year",
                            models.PositiveSmallIntegerField(
                                help_text="the last for which waste was reported"
                            ),
                        ),
                        ("nonhazardous_t", models.DecimalField(decimal_places=3, max_digits=16, null=True)),
                        ("hazardous_t", models.DecimalField(decimal_places=3, max_digits=16, null=True)),
                        ("source", models.TextField(help_text="the register and its terms")),
                    ],
                    options={
                        "db_table": "listings_registerplant",
                        "ordering": ["name", "pk"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("register", "register_id"), name="register_plant_once"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("latitude__gte", -90),
                                    ("latitude__lte", 90),
                                    ("longitude__gte", -180),
                                    ("longitude__lte", 180),
                                ),
                                name="register_plant_on_globe",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("nonhazardous_t__isnull", True),
                                        ("nonhazardous_t__gte", 0),
                                        _connector="OR",
                                    ),
                                    models.Q(
                                        ("hazardous_t__isnull", True),
                                        ("hazardous_t__gte", 0),
                                        _connector="OR",
                                    ),
                                ),
                                name="register_plant_waste_not_negative",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ProbableStream",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "strength",
                            models.DecimalField(
                                decimal_places=2,
                                help_text="how usual it is in such plants, up to 1",
                                max_digits=3,
                            ),
                        ),
                        (
                            "basis",
                            models.CharField(
                                choices=[
                                    ("nonhazardous", "non-hazardous waste"),
                                    ("hazardous", "hazardous waste"),
                                    ("all", "hazardous and non-hazardous waste"),
                                    ("none", "nothing"),
                                ],
                                default="none",
                                max_length=12,
                            ),
                        ),
                        (
                            "limit_t_per_year",
                            models.DecimalField(
                                decimal_places=3,
                                help_text="no more than this: the plant's reported waste, all kinds together",
                                max_digits=16,
                                null=True,
                            ),
                        ),
                        (
                            "resource",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="catalogue.resource",
                            ),
                        ),
                        (
                            "plant",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="streams",
                                to="register.registerplant",
                            ),
                        ),
                    ],
                    options={
                        "db_table": "listings_probablestream",
                        "ordering": ["plant", "-strength", "pk"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("plant", "resource"), name="probable_stream_once"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("basis", "none"), ("limit_t_per_year__isnull", True)),
                                    models.Q(
                                        models.Q(("basis", "none"), _negated=True),
                                        ("limit_t_per_year__gt", 0),
                                        ("limit_t_per_year__isnull", False),
                                    ),
                                    _connector="OR",
                                ),
                                name="probable_stream_limit_has_basis",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PlantClaim",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("remark", models.CharField(blank=True, max_length=500, verbose_name="remark")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("waiting", "waiting for a facilitator"),
                                    ("confirmed", "confirmed"),
                                    ("refused", "refused"),
                                ],
                                default="waiting",
                                max_length=9,
                            ),
                        ),
                        ("reason", models.CharField(blank=True, max_length=500, verbose_name="reason")),
                        (
                            "created_at",
                            models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                        ),
                        ("decided_at", models.DateTimeField(null=True)),
                        (
                            "decided_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "organization",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="plant_claims",
                                to="accounts.organization",
                            ),
                        ),
                        (
                            "site",
                            models.ForeignKey(
                                help_text="where its streams shall stand",
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="accounts.site",
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "plant",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="claims",
                                to="register.registerplant",
                            ),
                        ),
                    ],
                    options={
                        "db_table": "listings_plantclaim",
                        "ordering": ["-pk"],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("state__in", ["waiting", "confirmed"])),
                                fields=("plant",),
                                name="plant_claimed_once",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("decided_at__isnull", True), ("state", "waiting")),
                                    models.Q(
                                        models.Q(("state", "waiting"), _negated=True),
                                        ("decided_at__gte", models.F("created_at")),
                                        ("decided_at__isnull", False),
                                    ),
                                    _connector="OR",
                                ),
                                name="plant_claim_decided",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state", "refused"), _negated=True),
                                    models.Q(("reason", ""), _negated=True),
                                    _connector="OR",
                                ),
                                name="plant_claim_refused_with_reason",
                            ),
                        ],
                    },
                ),
            ]
        )
    ]
