"""Why the machine does not join two customers of whom some records are clearly the same: the conflict by name."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice, product

from django.utils.translation import gettext as _

from customers.models import SourceRecord
from matching.engine.clustering import contradicts
from matching.engine.comparing import conflict
from matching.engine.evidence import Score
from matching.engine.model import Model
from matching.engine.scoring import score
from matching.models import Verdict
from matching.queries.asserted import crossings
from matching.queries.explaining import labels_of
from matching.queries.features import features_of
from matching.queries.models import models_in_force

MOST = 400
SHOWN = 2
AGAINST = 2
Ends = tuple[SourceRecord, SourceRecord]


def conflicts(ones: Sequence[SourceRecord], others: Sequence[SourceRecord]) -> list[str]:
    """What speaks against joining two customers, by their records with their sources; the gravest first.

    A person's word, differing identifiers of an exclusive scheme, what somebody says of himself without proof, and
    pairs that the model itself calls related or strangers. Two queries, three where somebody says something of himself.
    """
    pairs = [pair for pair in islice(product(ones, others), MOST) if pair[0].party_type == pair[1].party_type]
    if not pairs:
        return []
    chosen = models_in_force()[pairs[0][0].party_type]
    features = features_of({one.pk: one for pair in pairs for one in pair}.values(), dict(models_in_force()))
    hard = [
        (pair, _("%(one)s and %(other)s have different verified identifiers of a kind that everybody has but one of."))
        for pair in pairs
        if conflict(chosen.model, features[pair[0].pk], features[pair[1].pk])
    ]
    both = [(features[one.pk], features[other.pk]) for one, other in pairs]
    scores = score(chosen.model, both)
    found = [*_said(pairs), *hard, *_asserted(pairs), *_opposed(chosen.model, pairs, scores)]
    return [text % _ends(pair) for pair, text in found[:SHOWN]]


def _ends(pair: Ends) -> Mapping[str, str]:
    one, other = (f"{record.source.name} {record.key}" for record in pair)
    return {"one": one, "other": other}


def _said(pairs: Sequence[Ends]) -> Iterator[tuple[Ends, str]]:
    by_ends = {(min(one.pk, other.pk), max(one.pk, other.pk)): (one, other) for one, other in pairs}
    rows = Verdict.objects.forbidding().filter(
        left__in={left for left, _right in by_ends}, right__in={right for _left, right in by_ends}
    )
    for ends in rows.order_by("-decided_at").values_list("left", "right"):
        if ends in by_ends:
            yield by_ends[ends], _("A person said that %(one)s and %(other)s are different.")


def _asserted(pairs: Sequence[Ends]) -> Iterator[tuple[Ends, str]]:
    records = {record.pk: record for pair in pairs for record in pair}
    for one, other in sorted(crossings([(one.pk, other.pk) for one, other in pairs], records)):
        text = _("Of %(one)s and %(other)s one is what somebody says of himself, and no address or number proves it.")
        yield (records[one], records[other]), text


def _opposed(model: Model, pairs: Sequence[Ends], scores: Sequence[Score]) -> Iterator[tuple[Ends, str]]:
    """Pairs across that the model calls something else than the same, those furthest from it first."""
    labels = labels_of(model)
    for pair, made in sorted(zip(pairs, scores, strict=True), key=lambda each: each[1].weight):
        if made.household >= 0.5 and made.probability < model.review:
            yield pair, _("%(one)s and %(other)s are rather related than the same.")
        elif contradicts(made.probability, made.household, made.weight, made.prior):
            worst = sorted((one for one in made.levels if one.weight < 0), key=lambda one: one.weight)[:AGAINST]
            names = ", ".join(labels.get(one.comparison, one.comparison) for one in worst).replace("%", "%%")
            yield pair, _("%(one)s and %(other)s are two parties: %(what)s.").replace("%(what)s", names)
