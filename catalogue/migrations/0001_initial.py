import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.operations
import django.db.models.constraints
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        django.contrib.postgres.operations.TrigramExtension(),
        migrations.CreateModel(
            name="QualityProperty",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("slug", models.SlugField(max_length=60, unique=True)),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                ("unit", models.CharField(max_length=20, verbose_name="unit")),
            ],
            options={
                "verbose_name_plural": "quality properties",
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="EwcCode",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=6, unique=True)),
                ("level", models.PositiveSmallIntegerField()),
                ("description_en", models.CharField(max_length=400)),
                ("description_de", models.CharField(blank=True, max_length=400)),
                ("hazardous", models.BooleanField(default=False)),
                (
                    "entry_type",
                    models.CharField(
                        blank=True,
                        help_text="A absolute or M mirror entry, H hazardous or N not",
                        max_length=2,
                    ),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="catalogue.ewccode",
                        to_field="code",
                    ),
                ),
            ],
            options={
                "verbose_name": "EWC code",
                "ordering": ["code"],
            },
        ),
        migrations.CreateModel(
            name="NaceActivity",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=5, unique=True)),
                ("level", models.PositiveSmallIntegerField()),
                ("title_en", models.CharField(max_length=200)),
                ("title_de", models.CharField(max_length=200)),
                (
                    "parent",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="catalogue.naceactivity",
                        to_field="code",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "NACE activities",
                "ordering": ["code"],
            },
        ),
        migrations.CreateModel(
            name="Resource",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("slug", models.SlugField(max_length=80, unique=True)),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("material", "material"),
                            ("energy", "energy"),
                            ("water", "water"),
                            ("heat", "heat"),
                            ("service", "service"),
                        ],
                        max_length=8,
                        verbose_name="kind",
                    ),
                ),
                (
                    "dimension",
                    models.CharField(
                        choices=[
                            ("mass", "mass"),
                            ("energy", "energy"),
                            ("volume", "volume"),
                            ("area", "area"),
                            ("time", "time"),
                        ],
                        max_length=6,
                        verbose_name="dimension",
                    ),
                ),
                ("tree_left", models.PositiveIntegerField()),
                ("tree_right", models.PositiveIntegerField()),
                ("depth", models.PositiveSmallIntegerField(help_text="0 for a root")),
                (
                    "breadcrumb",
                    models.CharField(help_text="names from below the root down to this one", max_length=300),
                ),
                ("description", models.TextField(verbose_name="description")),
                (
                    "synonyms",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=120), blank=True, default=list, size=None
                    ),
                ),
                (
                    "ewc_codes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=6), blank=True, default=list, size=None
                    ),
                ),
                ("hazardous_possible", models.BooleanField(default=False, verbose_name="may be hazardous")),
                ("density_t_per_m3", models.DecimalField(decimal_places=7, max_digits=12, null=True)),
                ("energy_mwh_per_t", models.DecimalField(decimal_places=7, max_digits=12, null=True)),
                ("energy_mwh_per_m3", models.DecimalField(decimal_places=7, max_digits=12, null=True)),
                ("conversion_source", models.CharField(blank=True, max_length=300)),
                (
                    "disposal_price_eur_per_unit",
                    models.DecimalField(
                        decimal_places=4,
                        help_text="what getting rid of one canonical unit costs today",
                        max_digits=12,
                        null=True,
                    ),
                ),
                (
                    "purchase_price_eur_per_unit",
                    models.DecimalField(
                        decimal_places=4,
                        help_text="what a buyer pays for the primary equivalent",
                        max_digits=12,
                        null=True,
                    ),
                ),
                ("price_source", models.CharField(blank=True, max_length=300)),
                (
                    "transport_mode",
                    models.CharField(
                        choices=[
                            ("lorry", "lorry"),
                            ("pipe", "pipe"),
                            ("wire", "wire"),
                            ("none", "does not travel"),
                        ],
                        max_length=5,
                    ),
                ),
                ("reach_km", models.PositiveIntegerField(help_text="how far it is usually worth moving")),
                (
                    "parent",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="catalogue.resource",
                    ),
                ),
            ],
            options={
                "ordering": ["tree_left"],
                "constraints": [
                    models.UniqueConstraint(
                        deferrable=django.db.models.constraints.Deferrable["DEFERRED"],
                        fields=("name",),
                        name="resource_name_once",
                    ),
                    models.UniqueConstraint(
                        deferrable=django.db.models.constraints.Deferrable["DEFERRED"],
                        fields=("tree_left",),
                        name="resource_tree_left_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("tree_right__gt", models.F("tree_left"))),
                        name="resource_interval_not_empty",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("depth", 0), ("parent__isnull", True)),
                            models.Q(("depth__gt", 0), ("parent__isnull", False)),
                            _connector="OR",
                        ),
                        name="resource_only_roots_have_no_parent",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ResourceQuality",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("rank", models.PositiveSmallIntegerField(help_text="1 matters most")),
                (
                    "property",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="resource_rows",
                        to="catalogue.qualityproperty",
                    ),
                ),
                (
                    "resource",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="quality_rows",
                        to="catalogue.resource",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "resource qualities",
                "ordering": ["resource", "rank"],
                "constraints": [
                    models.UniqueConstraint(fields=("resource", "property"), name="resource_quality_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="ResourceTerm",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[("name", "name"), ("synonym", "also called"), ("code", "waste code")],
                        max_length=7,
                    ),
                ),
                ("text", models.CharField(max_length=120)),
                (
                    "plain",
                    models.CharField(help_text="lower case, without accents and punctuation", max_length=120),
                ),
                (
                    "resource",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="terms",
                        to="catalogue.resource",
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
                "indexes": [
                    django.contrib.postgres.indexes.GistIndex(
                        fields=["plain"], name="resource_term_trigrams", opclasses=["gist_trgm_ops"]
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("resource", "source", "plain"), name="resource_term_once")
                ],
            },
        ),
    ]
