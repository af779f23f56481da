"""Why two records are, or are not, in one customer: what people said, what the machine did, and what it would say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from cmdm.models import User
from cmdm.templatetags.hub import score as rounded
from cmdm.templatetags.hub import short_date
from customers.models import SourceRecord
from matching.engine.comparing import conflict
from matching.engine.features import Features
from matching.engine.keys import keys
from matching.engine.scoring import score
from matching.models import Candidate, LedgerEntry, Verdict
from matching.queries.blocking import match_spaces
from matching.queries.conflicts import conflicts
from matching.queries.differences import in_words
from matching.queries.explaining import PairExplained, explained
from matching.queries.features import features_of
from matching.queries.ledgers import brought_along, others_of
from matching.queries.models import models_in_force
from matching.queries.origins import Step, step_of
from matching.queries.said_of_pairs import answers_told, corrections_told
from matching.queries.scores import compare_pairs

COMPARED = 40


@dataclass(frozen=True)
class Together:
    """The answer for two records. ``shared`` are the rules under which they meet; ``because`` the reasons, in order."""

    left: SourceRecord
    right: SourceRecord
    together: bool
    because: Sequence[str]
    explained: PairExplained | None
    shared: Sequence[str]
    steps: Sequence[Step]

    @property
    def ends(self) -> tuple[SourceRecord, SourceRecord]:
        return self.left, self.right

    @property
    def low(self) -> float:
        return min(self._ends)

    @property
    def high(self) -> float:
        return max(self._ends)

    @property
    def _ends(self) -> list[float]:
        made = self.explained
        if made is None:
            return [0.0, 1.0]
        return [0.0, made.prior, made.weight, *(edge for row in made.reasons for edge in (row.start, row.end))]


def together(left: SourceRecord, right: SourceRecord, user: User) -> Together:
    """Both records loaded through ``visible_to`` of this user, with sources and customers; twenty queries at most.

    Of other records only those are named that he may see.
    """
    one = left.customer_id is not None and left.customer_id == right.customer_id
    if left.pk == right.pk:
        return Together(left, right, True, [_("This is one and the same record.")], None, [], _steps(left, right, user))
    if left.party_type != right.party_type:
        return Together(left, right, one, [_("A person and an organisation are never joined.")], None, [], [])
    models = models_in_force()
    chosen = models[left.party_type]
    features = features_of([left, right], dict(models))
    ours, theirs = features[left.pk], features[right.pk]
    spaces = match_spaces([left.domain_id, right.domain_id])
    apart = spaces[left.domain_id] != spaces[right.domain_id]
    told = explained(score(chosen.model, [(ours, theirs)])[0], chosen)
    shared = [] if apart else [in_words(chosen.model.rules[rule].parts) for rule in _shared(chosen.model, ours, theirs)]
    steps = _steps(left, right, user)
    said = [*answers_told(left, right, user), *_out_of_reach(left, right)]
    said += corrections_told([left, right], told, chosen, user)
    over = left.closed_at or right.closed_at
    if one:
        because = [*said, *map(_moved, steps[-1:])] or [_("They came together when they were first placed.")]
        because += [] if over else _staying(left, right, told, chosen.model, user)
    else:
        hard = conflict(chosen.model, ours, theirs)
        against = []
        if told.probability >= chosen.model.automatic and not (apart or hard):
            against = conflicts(*(_mates(one, user) for one in (left, right)))
        why = _apart(told, chosen.model, shared, other_space=apart, hard=hard, against=bool(against))
        because = [*said, *_parted(steps), *why, *against, *_asked(left, right)]
    return Together(left, right, one, because, told, shared, steps)


def _mates(record: SourceRecord, user: User) -> Sequence[SourceRecord]:
    """The records of its customer that the user may see."""
    rows = SourceRecord.objects.visible_to(user).current().filter(customer=record.customer_id, about__isnull=True)
    return list(rows.select_related("source").defer("raw", "findings").order_by("pk")[:COMPARED])


def _shared(model: Any, left: Features, right: Features) -> list[int]:
    """The rules (places) under which both have a key in common."""
    return sorted({key.rule for key in set(keys(model, left)) & set(keys(model, right))})


def _out_of_reach(left: SourceRecord, right: SourceRecord) -> list[str]:
    """What is compared with nothing, or not yet."""
    words = []
    for one in (left, right):
        facts = {"record": f"{one.source.name} {one.key}"}
        if one.closed_at is not None:
            day = short_date(one.closed_at)
            words.append(_("%(record)s was closed on %(day)s: it is compared no more.") % {**facts, "day": day})
        elif one.customer_id is None:
            words.append(_("%(record)s has not been placed yet.") % facts)
    return words


def _moved(step: Step) -> str:
    """A step with what it rests on."""
    if step.score is None:
        return _("%(words)s: %(rule)s.") % {"words": step.words, "rule": step.rule}
    facts = {"words": step.words, "rule": step.rule, "score": rounded(step.score)}
    return _("%(words)s: %(rule)s (score %(score)s).") % facts


def _parted(steps: Sequence[Step]) -> list[str]:
    """The last step, where it took one of them out."""
    last = steps[-1] if steps else None
    if last is None or last.deed not in (LedgerEntry.Deed.UNMERGE, LedgerEntry.Deed.UNDO):
        return []
    return [f"{last.words} ({last.rule if last.by_machine else last.by})."]


def _apart(
    told: PairExplained, model: Any, shared: Sequence[str], *, other_space: bool, hard: bool, against: bool
) -> list[str]:
    """Why the machine has not joined them."""
    if other_space:
        return [_("Their domains lie in different match spaces: they are never compared.")]
    if hard:
        return [_("Their verified identifiers of an exclusive scheme differ: the machine never joins them.")]
    if told.household >= 0.5:
        words = [_related(told)]
    elif told.probability < model.review:
        words = [_("Too little speaks for one party: the score is below the line from which a person is asked.")]
    elif told.probability < model.automatic:
        words = [_("The score lies between the lines: a person is asked.")]
    elif against:
        words = [_("The score is above the automatic line, but something speaks against joining their customers.")]
    else:
        words = [_("The score is above the automatic line; placing a record never joins two customers, “match” does.")]
    if not shared:
        words.append(_("They agree in no rule of blocking, so they were never compared."))
    return words


def _related(told: PairExplained) -> str:
    words = _("The model takes them for two of one family or household (%(score)s): related, not the same.")
    return words % {"score": rounded(told.household)}


def _staying(left: SourceRecord, right: SourceRecord, told: PairExplained, model: Any, user: User) -> list[str]:
    """Why they stay together though the two alone would not be joined today; five more queries at most."""
    if told.probability >= model.automatic:
        return []
    words = [_("Today the two alone would not be joined.")]
    if told.household >= 0.5:
        words.append(_related(told))
    if _decided(left):
        words.append(_("A person has decided about this customer: no machine takes it apart."))
    else:
        words.append(
            _("A record leaves when a person says so, or when all compared anew show that it belongs elsewhere.")
        )
    return words + (_asked(left, right) or _holding(left, right, user))


def _decided(record: SourceRecord) -> bool:
    """Whether a person said or did anything about its customer, which `match` leaves alone then."""
    mine = Q(customer=record.customer_id) | Q(source_customer=record.customer_id)
    same = Verdict.objects.in_force().filter(answer=Verdict.Answer.SAME, left__customer=record.customer_id)
    return (
        LedgerEntry.objects.filter(mine, by_machine=False).exists()
        or same.filter(right__customer=record.customer_id).exists()
    )


def _holding(left: SourceRecord, right: SourceRecord, user: User) -> list[str]:
    """Which other record of the customer agrees with each of the two most; of those that the user may see."""
    rows = SourceRecord.objects.current().filter(customer=left.customer_id, about__isnull=True)
    others = rows.exclude(pk__in=[left.pk, right.pk]).select_related("source").defer("raw", "findings").order_by("pk")
    shown = list(others.visible_to(user)[:COMPARED])
    if not shown and others.exists():
        return []
    scores = compare_pairs([(one, other) for one in (left, right) for other in shown])
    return [_held_by(one, {other: scores[one.pk, other.pk].probability for other in shown}) for one in (left, right)]


def _held_by(record: SourceRecord, scores: Mapping[SourceRecord, float]) -> str:
    facts = {"record": f"{record.source.name} {record.key}"}
    if not scores:
        return _("%(record)s: the customer has no other record that could hold it.") % facts
    holder = max(scores, key=lambda other: scores[other])
    facts |= {"other": f"{holder.source.name} {holder.key}", "score": rounded(scores[holder])}
    return _("%(record)s: of the customer's other records %(other)s agrees most, %(score)s.") % facts


def _asked(left: SourceRecord, right: SourceRecord) -> list[str]:
    row = Candidate.objects.filter(left=min(left.pk, right.pk), right=max(left.pk, right.pk)).order_by("-pk").first()
    if row is None:
        return []
    if row.state == Candidate.State.OPEN:
        return [_("The question is open in the review queue.")]
    return [_("The question was closed: %(why)s.") % {"why": row.closed_because}]


def _steps(left: SourceRecord, right: SourceRecord, user: User) -> list[Step]:
    """The entries of the ledger that moved one of the two, or customers that they lay in then; oldest first."""
    where = brought_along([pk for pk in {left.customer_id, right.customer_id} if pk])
    rows = LedgerEntry.objects.filter(customer__in=where).select_related("actor", "customer", "source_customer")
    ends = {left.pk: left, right.pk: right}
    entries = [row for row in rows.order_by("pk") if ends.keys() & set(row.records)]
    models = models_in_force() if entries else {}
    seen = ends.keys() | others_of(entries, ends, user)
    names = {pk: f"{one.source.name} {one.key}" for pk, one in ends.items()}
    return [step_of(row, names, models, seen=seen) for row in entries]
