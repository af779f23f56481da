"""Whose consent an unmerge parts: acts go with the record on which they were said."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cmdm.models import User
from consent.models import ConsentEvent
from customers.ports import EffectFact


def consents_part(leaving: Sequence[int], staying: Sequence[int], user: User) -> list[EffectFact]:
    """How many acts go and how many stay, on records that the reader may see; one query."""
    rows = ConsentEvent.objects.visible_to(user).filter(record__in=[*leaving, *staying], carried=False)
    lies = list(rows.values_list("record", flat=True))
    gone = sum(record in set(leaving) for record in lies)
    if not lies:
        return []
    headline = ngettext("%(n)s consent act goes along", "%(n)s consent acts go along", gone) % {"n": gone}
    detail = _("%(n)s stay; afterwards each customer's answers count for himself") % {"n": len(lies) - gone}
    return [EffectFact("circle-check", headline, detail, gone)]
