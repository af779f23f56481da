"""What people said of two records, or of others of their customers, and what they corrected in the two."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from django.db.models import Q
from django.utils.translation import gettext as _

from cmdm.models import User
from cmdm.templatetags.hub import score as rounded
from cmdm.templatetags.hub import short_date
from customers.models import Relation, SourceRecord
from customers.queries.catalogue import catalogue
from customers.sealing import open_values
from matching.engine.features import Party, prepare
from matching.engine.scoring import score
from matching.models import Verdict
from matching.queries.explaining import PairExplained
from matching.queries.models import InForce

LOOKED_AT = 50


def answers_told(left: SourceRecord, right: SourceRecord, user: User) -> list[str]:
    """The answers and relations in force on the two, then on others of their customers; three queries at most.

    Of records that the user may not see it is only said that there is an answer.
    """
    one, other = left.customer_id, right.customer_id
    mine = Q(left__customer=one, right__customer=other) | Q(left__customer=other, right__customer=one)
    ends, across = {left.pk, right.pk}, left.customer_id != right.customer_id
    verdicts = Verdict.objects.in_force().filter(mine).select_related("decided_by").order_by("-decided_at")[:LOOKED_AT]
    relations = Relation.objects.filter(mine, ended_at__isnull=True).select_related("decided_by").order_by("-pk")
    found: list[Verdict | Relation] = [*verdicts, *relations[:LOOKED_AT]]
    found = [one for one in found if {one.left_id, one.right_id} == ends or (across and _counts(one))]
    others = {pk for one in found for pk in (one.left_id, one.right_id)} - ends
    seen = _visible(others, user) if others else set()
    own = [_answer(one) for one in found if {one.left_id, one.right_id} == ends]
    return [*own, *_of_others((one for one in found if {one.left_id, one.right_id} != ends), ends | seen)][:3]


def _counts(one: Verdict | Relation) -> bool:
    return not isinstance(one, Verdict) or one.answer == Verdict.Answer.DIFFERENT


def _visible(records: Iterable[int], user: User) -> set[int]:
    return set(SourceRecord.objects.visible_to(user).filter(pk__in=records).values_list("pk", flat=True))


def _facts(one: Verdict | Relation) -> Mapping[str, str]:
    what = one.get_answer_display().lower() if isinstance(one, Verdict) else one.get_kind_display().lower()
    return {"who": str(one.decided_by), "answer": what, "day": short_date(one.decided_at)}


def _answer(one: Verdict | Relation) -> str:
    return _("%(who)s said “%(answer)s” of these two, %(day)s.") % _facts(one)


def _of_others(found: Iterable[Verdict | Relation], seen: set[int]) -> Iterator[str]:
    """One line, the newest that may be told whole."""
    rows = list(found)
    shown = next((one for one in rows if {one.left_id, one.right_id} <= seen), None)
    if shown is not None:
        yield _("%(who)s said “%(answer)s” of other records of the two customers, %(day)s.") % _facts(shown)
    elif any(isinstance(one, Verdict) for one in rows):
        yield _("A person said “different” of other records of the two customers.")


def corrections_told(ends: Sequence[SourceRecord], told: PairExplained, chosen: InForce, user: User) -> list[str]:
    """What people corrected in the two, and what the score would be without it; a query, none where nothing is."""
    laid = [one for one in ends if one.corrected is not None]
    if not laid:
        return []
    rows = SourceRecord.objects.visible_to(user).current().filter(about__in=[one.pk for one in laid])
    named: dict[int, set[str]] = {}
    for row in rows.only("values", "about"):
        named.setdefault(row.about_id or 0, set()).update(open_values(row.values))
    words = [_corrected(one, named.get(one.pk, set())) for one in laid]
    before = _as_sent(ends, chosen)
    if abs(before - told.probability) >= 0.005:
        words.append(_("As the sources sent them, the two would score %(score)s.") % {"score": rounded(before)})
    return words


def _corrected(record: SourceRecord, named: set[str]) -> str:
    labels = [spec.label for name, spec in catalogue().specs.items() if name in named]
    facts = {"record": f"{record.source.name} {record.key}", "what": ", ".join(labels)}
    if labels:
        return _("%(record)s is compared as people corrected it: %(what)s.") % facts
    return _("%(record)s is compared as people corrected it.") % facts


def _as_sent(ends: Sequence[SourceRecord], chosen: InForce) -> float:
    sent = [prepare(chosen.model, Party(one.pk, one.party_type, open_values(one.values))) for one in ends]
    return score(chosen.model, [(sent[0], sent[1])])[0].probability
