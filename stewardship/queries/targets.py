"""How right the machine's joins are, by domain, and where it may not join by itself."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse

from cmdm import access, clock
from cmdm.models import Domain, User
from cmdm.standing import Standing
from matching.models import Verdict
from stewardship.models import QualityTarget, SampledJoin
from stewardship.rules.quality import Estimate, counts_from

WINDOW = timedelta(days=365)
"""Answers count for a year: the machine, the records and the model change."""

# What people say of the pair of a sampled join is their verdict on it, wherever they said it.
_RIGHT = """
    SELECT s.domain_id, count(*) FILTER (WHERE v.answer = 'same'), count(*)
      FROM unnest(%s::bigint[], %s::timestamptz[]) AS wanted(domain, since)
      JOIN stewardship_sampledjoin s ON s.domain_id = wanted.domain AND s.drawn_at >= wanted.since
      JOIN matching_candidate c ON c.id = s.candidate_id
      JOIN matching_verdict v ON v.left_id = c.left_id AND v.right_id = c.right_id AND v.revoked_at IS NULL
     WHERE v.answer IN ('same', 'different', 'related')
     GROUP BY s.domain_id
"""


@dataclass(frozen=True)
class Aim:
    """A domain with its target, if it has one, and what was found."""

    domain: Domain
    target: QualityTarget | None
    estimate: Estimate
    may_configure: bool

    @property
    def missing(self) -> int:
        """How many answers it takes until the lower bound is held against the target."""
        if self.target is None:
            return 0
        return max(counts_from(self.target.precision, self.target.minimum) - self.estimate.answers, 0)

    @property
    def url(self) -> str:
        """The answers that were counted."""
        return f"{reverse('stewardship:sample')}?domain={self.domain.pk}"


def lowered() -> frozenset[int]:
    """The domains in which the machine proposes instead of joining: the supplier of the port; one query,
    inside a change none while the targets stand as they stood.
    """
    return standing_lowered()


def _lowered() -> frozenset[int]:
    rows = QualityTarget.objects.filter(lowered_at__isnull=False)
    return frozenset(rows.order_by().values_list("domain", flat=True))


standing_lowered = Standing("lowered domains", _lowered, QualityTarget)


def aims(user: User) -> list[Aim]:
    """Every domain where he decides or configures; three queries."""
    configured = access.scope(user, "configure")
    domains = Domain.objects.within(access.scope(user, "decide") | configured).order_by("name")
    targets = {row.domain_id: row for row in QualityTarget.objects.visible_to(user)}
    found = estimates(list(targets.values()))
    return [Aim(one, targets.get(one.pk), found.get(one.pk, Estimate(0, 0)), one.pk in configured) for one in domains]


def estimates(targets: Sequence[QualityTarget]) -> Mapping[int, Estimate]:
    """What people said of the joins drawn in the domains of these targets, by domain; one query."""
    if not targets:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_RIGHT, [[one.domain_id for one in targets], [since(one) for one in targets]])
        return {domain: Estimate(right, answers) for domain, right, answers in cursor.fetchall()}


def since(target: QualityTarget) -> datetime:
    """From when on joins count: a year at most, and not what was drawn before the owner raised it again."""
    start = clock.now() - WINDOW
    again = target.measured.get("since")
    return max(start, datetime.fromisoformat(again)) if again else start


def lowered_targets(user: User) -> Collection[QualityTarget]:
    """Targets in domains that he decides or configures in, where the machine only proposes; one query."""
    return list(QualityTarget.objects.visible_to(user).filter(lowered_at__isnull=False).select_related("domain"))


def sampled(
    user: User, *, domain: int | None = None, week: date | None = None, wrong: bool = False
) -> QuerySet[SampledJoin]:
    """The sampled joins behind a figure, of domains where he decides or configures."""
    scope = access.scope(user, "decide") | access.scope(user, "configure")
    rows = SampledJoin.objects.filter(domain__in=scope)
    if domain is not None:
        rows = rows.filter(domain=domain)
    ends: dict[str, Any] = {"left": OuterRef("candidate__left"), "right": OuterRef("candidate__right")}
    said = Verdict.objects.in_force().filter(**ends).exclude(answer=Verdict.Answer.UNSURE)
    if week is not None:
        start = datetime.combine(week, datetime.min.time(), tzinfo=clock.now().tzinfo)
        said = said.filter(decided_at__gte=start, decided_at__lt=start + timedelta(days=7))
    if wrong:
        said = said.exclude(answer=Verdict.Answer.SAME)
    if week is not None or wrong:
        rows = rows.filter(Exists(said))
    return rows.select_related("candidate", "domain")
