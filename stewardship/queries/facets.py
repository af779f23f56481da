"""The facets of the queue: what the open tasks of one queue could be narrowed by, with counts.

Rights come before counting. What is counted over rows is counted over the first thousand of the queue.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from cmdm import access, clock
from cmdm.models import Domain, User
from customers.models import Source
from customers.queries.catalogue import Catalogue
from customers.queries.shown import lowered
from stewardship.models import Tag
from stewardship.models.task import OFFERED
from stewardship.queries.wanted import AGES, BANDS, CAP, REFERRED, SIZES, STAGES, Wanted

LONGEST = 10
COMPARED = ("differs", "agrees")
"""Facets of comparisons: what a model compares need not be an attribute."""

# What is the reader's own is counted whole, each by its index; the rest among the first thousand. The score, what
# differs and what agrees are counted only where the reader may see every side.
_COUNTS = f"""
    WITH base AS MATERIALIZED (
        SELECT id, stage, domains, customers, beyond, taken_by_id, taken_until,
               CASE WHEN domains <@ %(domains)s::bigint[] THEN score END AS score,
               CASE WHEN domains <@ %(domains)s::bigint[] THEN differs ELSE '{{}}' END AS differs,
               CASE WHEN domains <@ %(domains)s::bigint[] THEN agrees ELSE '{{}}' END AS agrees
          FROM stewardship_task
         WHERE status = 'open' AND queue = %(queue)s AND domains && %(domains)s::bigint[] AND {OFFERED}
         LIMIT %(cap)s)
    SELECT 'mine', '1', (SELECT count(*) FROM stewardship_task WHERE status = 'open' AND queue = %(queue)s
           AND taken_by_id = %(user)s AND taken_until > %(now)s AND domains && %(domains)s::bigint[] AND {OFFERED})
    UNION ALL
    SELECT 'assigned', '1', (SELECT count(*) FROM stewardship_task WHERE status = 'open' AND queue = %(queue)s
           AND assigned_to_id = %(user)s AND domains && %(domains)s::bigint[] AND {OFFERED})
    UNION ALL
    SELECT 'referred', 'to', (SELECT count(*) FROM stewardship_task WHERE status = 'open' AND queue = %(queue)s
           AND referred_to_id = %(user)s AND domains && %(domains)s::bigint[] AND {OFFERED})
    UNION ALL
    SELECT 'referred', 'by', (SELECT count(*)
           FROM stewardship_task JOIN stewardship_referral r ON r.task_id = stewardship_task.id
           WHERE r.asked_by_id = %(user)s AND r.answered_at IS NULL AND r.withdrawn_at IS NULL
           AND status = 'open' AND queue = %(queue)s AND domains && %(domains)s::bigint[] AND {OFFERED})
    UNION ALL
    SELECT 'referred', 'back', (SELECT count(DISTINCT stewardship_task.id)
           FROM stewardship_task JOIN stewardship_referral r ON r.task_id = stewardship_task.id
           WHERE r.asked_by_id = %(user)s AND r.answered_at IS NOT NULL AND referred_to_id IS NULL
           AND status = 'open' AND queue = %(queue)s AND domains && %(domains)s::bigint[] AND {OFFERED})
    UNION ALL
    SELECT 'band', CASE WHEN score >= 0.8 THEN 'high' WHEN score >= 0.5 THEN 'middle' ELSE 'low' END, count(*)
      FROM base WHERE score IS NOT NULL GROUP BY 2
    UNION ALL
    SELECT 'size', CASE WHEN beyond > 0 OR cardinality(customers) >= 6 THEN '6'
                        WHEN cardinality(customers) >= 3 THEN '3-5' ELSE '2' END, count(*) FROM base GROUP BY 2
    UNION ALL
    SELECT 'stage', stage, count(*) FROM base WHERE stage <> 'first' GROUP BY 2
    UNION ALL
    SELECT 'differs', d, count(*) FROM base, unnest(base.differs) AS d GROUP BY 2
    UNION ALL
    SELECT 'agrees', d, count(*) FROM base, unnest(base.agrees) AS d GROUP BY 2
    UNION ALL
    SELECT 'domain', d::text, count(*) FROM base, unnest(base.domains) AS d
     WHERE d = ANY(%(domains)s::bigint[]) GROUP BY 2
    UNION ALL
    SELECT 'holder', taken_by_id::text, count(*) FROM base
     WHERE taken_until > %(now)s AND taken_by_id <> %(user)s GROUP BY 2
    UNION ALL
    SELECT 'source', r.source_id::text, count(DISTINCT base.id)
      FROM base JOIN stewardship_taskcandidate m ON m.task_id = base.id AND m.open
      JOIN matching_candidate c ON c.id = m.candidate_id
      JOIN customers_sourcerecord r ON r.id IN (c.left_id, c.right_id) AND r.domain_id = ANY(%(seen)s::bigint[])
     GROUP BY 2
    UNION ALL
    SELECT 'tag', g.tag_id::text, count(DISTINCT base.id)
      FROM base, unnest(base.customers) AS whom JOIN customers_sourcerecord r ON r.customer_id = whom
       AND r.domain_id = ANY(%(seen)s::bigint[])
      JOIN stewardship_tagging g ON g.record_id = r.id
     GROUP BY 2
"""


@dataclass(frozen=True)
class Choice:
    """One line of a facet: a link with its count."""

    label: Any
    count: int
    parameters: Mapping[str, Any]
    active: bool = False
    icon: str = ""
    capped: bool = False


@dataclass(frozen=True)
class Facet:
    """One group of choices."""

    label: Any
    choices: Sequence[Choice]


@dataclass(frozen=True)
class Chip:
    """A filter in force and the address without it."""

    label: Any
    without: Mapping[str, Any]


Counts = Mapping[str, Mapping[str, int]]
Labels = Mapping[str, Mapping[str, Any]]

TITLES: Mapping[str, Any] = {
    "stage": _("Another answer"),
    "band": _("Score"),
    "size": _("Customers in the group"),
    "differs": _("What differs"),
    "agrees": _("Found by"),
    "source": _("Source"),
    "domain": _("Domain"),
    "tag": _("Tag"),
    "holder": _("Taken by"),
}
OWN: Sequence[tuple[str, str, Any, str]] = (
    ("mine", "1", _("Taken by me"), "lock"),
    ("assigned", "1", _("Assigned to me"), "user-check"),
    ("referred", "to", REFERRED["to"], "message-user"),
    ("referred", "by", REFERRED["by"], "help-circle"),
    ("referred", "back", REFERRED["back"], "message"),
)


def counted(wanted: Wanted, user: User) -> Counts:
    """How many tasks of the queue each choice has; one query."""
    given: dict[str, Any] = {
        "queue": wanted.queue,
        "domains": sorted(access.scope(user, "decide")),
        "seen": sorted(access.scope(user, "view")),
        "cap": CAP,
        "user": user.pk,
        "now": clock.now(),
    }
    found: dict[str, dict[str, int]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, given)
        for facet, value, count in cursor.fetchall():
            found[facet][value] = count
    return found


def labelled(wanted: Wanted, counts: Counts, known: Catalogue, user: User) -> Labels:
    """Names of what is counted or asked for; four queries. A name outside the reader's domains is not told."""

    def ids(name: str) -> list[int]:
        given = getattr(wanted, name)
        return [*map(int, counts.get(name, ())), *([given] if given else [])]

    seen = access.scope(user, "view") | access.scope(user, "decide")
    sources = Source.objects.filter(pk__in=ids("source"), domain__in=seen)
    domains = Domain.objects.filter(pk__in=seen)
    tags = Tag.objects.visible_to(user).filter(pk__in=ids("tag"))
    people = User.objects.filter(pk__in=ids("holder"), kind=User.Kind.PERSON)
    attributes = {name: spec.label for name, spec in known.specs.items()}
    return {
        "source": {str(pk): name for pk, name in sources.values_list("pk", "name")},
        "domain": {str(pk): name for pk, name in domains.values_list("pk", "name")},
        "tag": {str(pk): name for pk, name in tags.values_list("pk", "name")},
        "holder": {str(one.pk): str(one) for one in people.only("display_name", "username")},
        "differs": attributes,
        "agrees": attributes,
        "band": {name: label for name, (_low, _high, label) in BANDS.items()},
        "size": SIZES,
        "stage": STAGES,
    }


def facets(wanted: Wanted, counts: Counts, labels: Labels, *, capped: bool) -> list[Facet]:
    """The groups beside the list; one with a single choice says nothing and is left out."""
    made = [Facet(_("Mine"), [_own(wanted, counts, *one) for one in OWN])]
    for name, title in TITLES.items():
        found = counts.get(name, {})
        given = str(getattr(wanted, name) or "")
        values = [value for value in _ordered(name, found) if value in labels[name] or name in COMPARED]
        if given and given not in values and given in labels[name]:
            values.append(given)
        choices = [
            Choice(
                named(labels, name, value),
                found.get(value, 0),
                wanted.parameters(**{name: None if value == given else value}),
                value == given,
                capped=capped,
            )
            for value in values
        ]
        if len(choices) > 1 or given or (name in ("stage", "tag", "holder") and choices):
            made.append(Facet(title, choices))
    return made


def _own(wanted: Wanted, counts: Counts, name: str, value: str, label: Any, icon: str) -> Choice:
    active = getattr(wanted, name) in (True, value)
    parameters = wanted.parameters(**{name: None if active else value})
    return Choice(label, counts.get(name, {}).get(value, 0), parameters, active, icon)


def _ordered(name: str, found: Mapping[str, int]) -> list[str]:
    if name == "band":
        return list(BANDS)
    if name == "size":
        return [size for size in SIZES if size in found]
    return sorted(found, key=lambda one: (-found[one], one))[:LONGEST]


def named(labels: Labels, name: str, value: str) -> Any:
    """What a value of a facet is called."""
    return labels[name].get(value) or value.replace("_", " ").capitalize()


def chips(wanted: Wanted, labels: Labels) -> list[Chip]:
    """The filters in force, each with the address without it."""
    own = {(name, value): label for name, value, label, _icon in OWN}
    made = []
    for name, value in wanted.given.items():
        text = "1" if value is True else str(value)
        label = own.get((name, text)) or _chip(labels, name, text)
        made.append(Chip(label, wanted.parameters(**{name: None})))
    return made


PHRASES: Mapping[str, Any] = {
    "size": _("%(value)s in the group"),
    "low": _("score from %(value)s"),
    "high": _("score under %(value)s"),
    "age": _("waiting %(value)s"),
}


def _chip(labels: Labels, name: str, value: str) -> Any:
    if name == "agrees":
        return _("found by %(value)s") % {"value": lowered(str(named(labels, name, value)))}
    if name == "only":
        count = value.count(",") + 1
        return ngettext("%(n)s card that is ticked", "%(n)s cards that are ticked", count) % {"n": count}
    if name in PHRASES:
        said = {"size": SIZES.get(value), "age": AGES[value][2] if value in AGES else None}.get(name) or value
        return PHRASES[name] % {"value": said}
    if name in ("source", "domain", "tag", "holder") and value not in labels[name]:
        return _("%(facet)s: not known") % {"facet": TITLES[name]}
    return named(labels, name, value)
