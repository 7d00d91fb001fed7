"""Words that explain themselves: `{% term "gate-fee" %}`, `{% operation "R5" %}`, `{% waste_code "100102" %}`.

Each is a button that opens a note beside it, by mouse, finger or keyboard, without a script (the popover of HTML);
pointing at it shows the same as a hint. It may stand wherever text may, except within a link or another button.
"""

import uuid
from datetime import date

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from catalogue.called import called, cited
from catalogue.loading.code_lists import CodeEntry
from catalogue.selectors.glossary import glossary, waste_codes
from common.reading.dates import written_day

register = template.Library()


@register.simple_tag
def term(slug: str, words: str = "") -> SafeString:
    """Write a term of the glossary, or `words` in its place, with what it means; raises KeyError for an unknown one."""
    found = glossary()[slug]
    return _explained(words or called(found.term), called(found.meaning), cited(found.source))


@register.simple_tag
def operation(code: str) -> SafeString:
    """Write an operation (R1 to R13, D1 to D15) with what it is; another text as it is, a dash for none."""
    found = glossary().get(code.lower())
    if found is None or found.term != code:
        return format_html("{}", code or "–")
    return _explained(code, called(found.meaning), cited(found.source))


@register.simple_tag
def waste_code(code: str) -> SafeString:
    """Write a waste code as the law prints it today, with its text; one that is none as it is, a dash for none."""
    found = waste_codes().get(code)
    if found is None:
        return format_html("{}", code or "–")
    today = timezone.localdate()
    pairs = " ".join(code[at : at + 2] for at in range(0, len(code), 2))
    notes = [_text_on(found, today)]
    if found.entry_type.startswith("M"):
        notes.append(_("Mirror entry: whether it is hazardous is decided by testing."))
    if found.dates and found.dates.valid_until:
        notes.append(_("The code ends on %(day)s.") % {"day": written_day(found.dates.valid_until)})
    return _explained(pairs + ("*" if _is_starred(found, today) else ""), " ".join(notes), "")


def _is_starred(entry: CodeEntry, today: date) -> bool:
    dates = entry.dates
    if dates and dates.changed_hazardous is not None and dates.changes_on and dates.changes_on <= today:
        return dates.changed_hazardous
    return entry.hazardous


def _text_on(entry: CodeEntry, today: date) -> str:
    dates = entry.dates
    changed = dates and dates.changed_description_en and dates.changes_on and dates.changes_on <= today
    text = called(dates.changed_description_en if dates and changed else entry.texts[0])
    return text if text.endswith(".") else f"{text}."


def _explained(words: str, meaning: str, source: str) -> SafeString:
    # Drawn: parts of a page that are loaded later must not have the same.
    key = f"term-{uuid.uuid4().hex[:12]}"
    cites = format_html(' <span class="soft">{}</span>', source) if source else ""
    return format_html(
        '<button class="term" type="button" popovertarget="{}" title="{}">{}</button>'
        '<span class="term-note" id="{}" popover>{}{}</span>',
        key,
        meaning,
        words,
        key,
        meaning,
        cites,
    )
