"""What is chosen of an import: the file, how it is read, and what is done with it."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Site
from catalogue.called import called
from catalogue.models import QualityProperty
from common.units import UNIT_LABEL, unit_label
from common.web.forms import AppForm
from listings.bulk import cells
from listings.bulk.columns import COLUMNS, QUALITY
from listings.bulk.rows import Way
from listings.bulk.services import reading_of, way_of
from listings.bulk.sheets import Reading
from listings.models import Disclosure, ListingImport, Period, Side

_DELIMITER_NAMES = {
    ";": gettext_lazy("semicolon ;"),
    ",": gettext_lazy("comma ,"),
    "\t": gettext_lazy("tab"),
    "|": gettext_lazy("stroke |"),
}
_CODED = {"\t": "tab"}
COLUMN_FIELD = "column_"


class UploadForm(AppForm):
    """The file."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("CSV or XLSX, up to 10 MB and 20,000 rows."),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx"}),
        error_messages={"empty": gettext_lazy("This file is empty. Fill in the template, and send it.")},
    )


class WayForm(AppForm):
    """How a file is read, and what each of its columns is."""

    encoding = forms.ChoiceField(
        label=gettext_lazy("Encoding"),
        required=False,
        choices=[
            ("utf-8", "UTF-8"),
            ("cp1252", gettext_lazy("Windows, Latin-1")),
            ("utf-16", "UTF-16"),
        ],
    )
    delimiter = forms.ChoiceField(
        label=gettext_lazy("Between cells"),
        required=False,
        choices=[(_CODED.get(mark, mark), label) for mark, label in _DELIMITER_NAMES.items()],
    )
    sheet = forms.ChoiceField(label=gettext_lazy("Sheet"), required=False)
    decimal = forms.ChoiceField(
        label=gettext_lazy("Numbers"),
        required=False,
        choices=[
            ("", gettext_lazy("as each shows; asked where it can be two")),
            (cells.DECIMAL_COMMA, gettext_lazy("1.234,5 – comma before decimals")),
            (cells.DECIMAL_POINT, gettext_lazy("1,234.5 – point before decimals")),
        ],
    )
    first = forms.ChoiceField(
        label=gettext_lazy("Days with strokes"),
        required=False,
        choices=[
            ("", gettext_lazy("asked where it can be two")),
            (cells.DAY_FIRST, gettext_lazy("31/12/2026 – day first")),
            (cells.MONTH_FIRST, gettext_lazy("12/31/2026 – month first")),
        ],
    )
    side = forms.ChoiceField(label=gettext_lazy("Rows are"), choices=Side)
    unit = forms.ChoiceField(
        label=gettext_lazy("Unit"),
        required=False,
        choices=lambda: [("", _("as each row says")), *((unit, unit_label(unit)) for unit in UNIT_LABEL)],
    )
    period = forms.ChoiceField(label=gettext_lazy("Counted"), choices=Period)
    site = forms.ModelChoiceField(
        label=gettext_lazy("Site"),
        required=False,
        queryset=Site.objects.none(),
        empty_label=gettext_lazy("as each row says"),
    )
    disclosure = forms.ChoiceField(label=gettext_lazy("Who sees what"), choices=Disclosure)

    def __init__(self, *args: Any, listing_import: ListingImport, **options: Any) -> None:
        self.listing_import = listing_import
        self.headings: list[str] = listing_import.head["headings"]
        way, reading = way_of(listing_import), reading_of(listing_import)
        self.by_place = {place: name for name, place in way.mapping.items()}
        shown: dict[str, Any] = {**asdict(way), **asdict(reading), "site": way.site_id}
        shown["delimiter"] = _CODED.get(reading.delimiter, reading.delimiter)
        shown |= {f"{COLUMN_FIELD}{place}": name for place, name in self.by_place.items()}
        options["initial"] = {**shown, **(options.get("initial") or {})}
        super().__init__(*args, **options)
        sheets = listing_import.head["sheets"]
        self.fields["sheet"].choices = [(name, name) for name in sheets]  # type: ignore[attr-defined]
        self.fields["site"].queryset = listing_import.organization.sites.all()  # type: ignore[attr-defined]
        for name in ("encoding", "delimiter") if sheets else ("sheet",):
            del self.fields[name]
        choices = self._columns()
        for place, heading in enumerate(self.headings):
            field = forms.ChoiceField(label=heading, required=False, choices=choices)
            field.widget.attrs["class"] = "form-select"
            self.fields[f"{COLUMN_FIELD}{place}"] = field

    @staticmethod
    def _columns() -> list[Any]:
        properties = [
            (f"{QUALITY}{each.slug}", f"{called(each.name)} ({called(each.unit)})")
            for each in QualityProperty.objects.all()
        ]
        return [
            ("", _("– not imported –")),
            *((column.name, str(column.label)) for column in COLUMNS),
            (_("Quality, a column each"), properties),
        ]

    def column_rows(self) -> list[dict[str, Any]]:
        """Return for each column of the file its heading, an example of what stands in it, and its field."""
        rows = self.listing_import.head["rows"]
        return [
            {
                "heading": heading,
                "example": next(
                    (cells[place] for _n, cells in rows if place < len(cells) and cells[place]), ""
                ),
                "field": self[f"{COLUMN_FIELD}{place}"],
            }
            for place, heading in enumerate(self.headings)
        ]

    def clean(self) -> dict[str, Any]:
        """No two columns can be the same; which of them holds, nobody can say."""
        data = super().clean() or {}
        taken: dict[str, int] = {}
        for place, heading in enumerate(self.headings):
            name = data.get(f"{COLUMN_FIELD}{place}")
            if not name:
                continue
            if name in taken:
                text = _("“%(one)s” and “%(other)s” cannot both be this. Choose one of them.")
                said = {"one": self.headings[taken[name]], "other": heading}
                self.add_error(f"{COLUMN_FIELD}{place}", text % said)
            taken[name] = place
        return data

    def way(self) -> Way:
        """Return how the cells are meant."""
        data = self.cleaned_data
        mapping: Mapping[str, int] = {
            data[f"{COLUMN_FIELD}{place}"]: place
            for place in range(len(self.headings))
            if data.get(f"{COLUMN_FIELD}{place}")
        }
        return Way(
            mapping=mapping,
            side=data["side"],
            unit=data["unit"],
            period=data["period"],
            site_id=data["site"].pk if data["site"] else None,
            disclosure=data["disclosure"],
            decimal=data["decimal"],
            first=data["first"],
        )

    def reading(self) -> Reading:
        """Return how the file is read."""
        data = self.cleaned_data
        coded = {name: mark for mark, name in _CODED.items()}
        delimiter = data.get("delimiter", "")
        return Reading(data.get("encoding", ""), coded.get(delimiter, delimiter), data.get("sheet", ""))

    def reads_otherwise(self) -> bool:
        """Whether the file itself is to be read in another way, so that there may be other columns."""
        return self.reading() != reading_of(self.listing_import)


class TakeForm(AppForm):
    """What is done with the rows."""

    rows = forms.ChoiceField(
        label=gettext_lazy("If rows are not right"),
        choices=[
            ("good", gettext_lazy("List the good ones, and give me the others to correct")),
            ("whole", gettext_lazy("List nothing at all")),
        ],
        widget=forms.RadioSelect,
        initial="good",
    )
    then = forms.ChoiceField(
        label=gettext_lazy("New listings"),
        choices=[
            ("publish", gettext_lazy("go on the market at once")),
            ("draft", gettext_lazy("stay drafts")),
        ],
        widget=forms.RadioSelect,
        initial="publish",
    )
