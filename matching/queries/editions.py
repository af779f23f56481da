"""Whether what an earlier edition of the engine made of records is still stored."""

from django.utils.translation import gettext_lazy

from customers.models import SourceRecord
from matching.queries.models import models_in_force
from matching.queries.prepared import with_lines

BEHIND = gettext_lazy(
    "An earlier edition of the hub prepared some records: until they are prepared anew, by a worker or by "
    "`manage.py match --all`, new records may miss some that they are like."
)
ENDS = 100  # records of either end of the walk that are looked at


def is_behind() -> bool:
    """Whether records wait to be prepared anew: their keys meet those of new records only by chance. Two queries.

    The walk goes by id and leaves no gap, so its ends tell; by the primary key, whoever is rare.
    """
    rows = SourceRecord.objects.current().filter(about__isnull=True, placed_at__isnull=False)
    kept = with_lines(rows, models_in_force()).values_list("kept_line", flat=True)
    return any(line is None for order in ("pk", "-pk") for line in kept.order_by(order)[:ENDS])
