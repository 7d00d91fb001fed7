"""What is sent as pictures and data sheets, and what is said of them."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.web.fields import FilesField, LineField
from common.web.forms import AppForm
from listings.models import ListingFile
from listings.services.files import LONGEST_CAPTION


class FilesForm(AppForm):
    """Pictures and data sheets to add."""

    ids = "files-%s"
    file = FilesField(
        label=gettext_lazy("Files"),
        help_text=gettext_lazy(
            "Pictures as JPEG, PNG or WebP; data sheets as PDF, XLSX, DOCX, ODS, ODT, CSV or text; 20 MB each."
        ),
        error_messages={"required": gettext_lazy("Choose a file.")},
    )


class CaptionForm(AppForm):
    """What is seen in one of them."""

    caption = LineField(
        label=gettext_lazy("What is seen"),
        required=False,
        max_length=LONGEST_CAPTION,
    )

    def __init__(self, *args: Any, file: ListingFile, **options: Any) -> None:
        super().__init__(*args, auto_id=f"file-{file.pk}-%s", initial={"caption": file.caption}, **options)
        if not file.is_picture:
            self.fields["caption"].label = _("What it is")
