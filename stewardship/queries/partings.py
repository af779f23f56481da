"""What of stewards goes along when records are taken out of a customer: notes, tags, files, pins, and open cards."""

from collections.abc import Sequence

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cmdm.models import User
from customers.models import Pin, SourceRecord
from customers.ports import EffectFact
from stewardship.models import Attachment, Note, Tagging, Task

Records = Sequence[int]


def added_parts(leaving: Records, staying: Records, user: User) -> list[EffectFact]:
    """Notes, tags and files lie on records; four queries."""
    visible = SourceRecord.objects.visible_to(user).filter(pk__in=leaving).values("pk")
    rows = (
        Note.objects.filter(record__in=visible, withdrawn_at__isnull=True).count(),
        Tagging.objects.filter(record__in=visible).count(),
        Attachment.objects.filter(record__in=visible, withdrawn_at__isnull=True).count(),
    )
    pins = Pin.objects.in_force().filter(record__in=visible).count()
    facts = []
    if any(rows):
        words = _("notes: %(notes)s, tags: %(tags)s, files: %(files)s")
        detail = words % dict(zip(("notes", "tags", "files"), rows, strict=True))
        facts.append(EffectFact("message", _("Notes go along"), detail, sum(rows)))
    if pins:
        headline = ngettext("%(n)s pin goes along", "%(n)s pins go along", pins) % {"n": pins}
        facts.append(EffectFact("pinned", headline, _("It names the record, so it goes with it"), pins))
    return facts


def cards_part(leaving: Records, staying: Records, user: User) -> list[EffectFact]:
    """Open cards that ask about a record that leaves: they follow it; one query."""
    asked = Q(members__candidate__left__in=leaving) | Q(members__candidate__right__in=leaving)
    count = Task.objects.visible_to(user).open().filter(asked, members__open=True).distinct().count()
    if not count:
        return []
    headline = ngettext("%(n)s open card follows", "%(n)s open cards follow", count) % {"n": count}
    return [EffectFact("stack-2", headline, _("It asks about a record that leaves"), count)]
