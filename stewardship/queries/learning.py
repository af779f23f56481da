"""What the reader's last answers would change about the machine's line, if somebody rehearsed it."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef
from django.urls import reverse

from cmdm import clock
from cmdm.models import User
from customers.models import PartyType
from matching.queries.models import models_in_force
from stewardship.models import Answer, TaskCandidate
from stewardship.queries.answered import PERIOD
from stewardship.rules.learning import LAST, moved

DECISIVE = ("same", "different", "related")


@dataclass(frozen=True)
class Learned:
    """So many answers, where the line is, and where it would lie; ``line`` is empty where it would stay."""

    answers: int
    now: float
    line: float | None
    review: float

    @property
    def wanted(self) -> int:
        """How many answers it takes."""
        return LAST

    @property
    def is_enough(self) -> bool:
        return self.answers >= LAST

    @property
    def url(self) -> str:
        """The page that tries the line on the pairs of the hub, and rehearses it."""
        given = {"automatic": f"{self.line or self.now:g}", "review": f"{self.review:g}"}
        return f"{reverse('matching:model_of', args=[PartyType.PERSON])}?{urlencode(given)}"


def learned(user: User) -> Learned:
    """Of the reader's last answers about two people each; two queries."""
    model = models_in_force()[PartyType.PERSON].model
    answers = _last(user)
    return Learned(len(answers), model.automatic, moved(model.automatic, answers), model.review)


def _last(user: User) -> Sequence[tuple[float, bool]]:
    people = TaskCandidate.objects.filter(task=OuterRef("task"), candidate__party_type=PartyType.PERSON)
    rows = Answer.objects.filter(
        Exists(people), by=user, withdrawn_at__isnull=True, decision__in=DECISIVE, score__isnull=False,
        task__customers__len=2, at__gte=clock.now() - PERIOD,
    )  # fmt: skip
    found = rows.order_by("-pk").values_list("score", "decision")[:LAST]
    return [(score or 0.0, decision == "same") for score, decision in found]
