"""What was asked of others about tasks, and what they answered."""

from dataclasses import dataclass
from datetime import datetime

from cmdm import access, crypto
from cmdm.models import User
from stewardship.models import Referral


@dataclass(frozen=True)
class Words:
    """A question and its answer, opened; an answer that is still to come is empty."""

    question: str
    answer: str = ""


@dataclass(frozen=True)
class Asked:
    """A question about a task as its card shows it."""

    pk: int
    by: str
    to: str
    at: datetime
    answered_at: datetime | None
    withdrawn: bool
    words: Words


def context_of(pk: int, part: str) -> str:
    """What a question or answer is sealed for."""
    return f"referral:{pk}:{part}"


def words(referral: Referral) -> Words:
    """Question and answer of a referral that the reader may see."""
    question = crypto.unseal_bytes(bytes(referral.question), context_of(referral.pk, "question")).decode()
    if referral.answer is None:
        return Words(question)
    return Words(question, crypto.unseal_bytes(bytes(referral.answer), context_of(referral.pk, "answer")).decode())


def words_for(referral: Referral, user: User) -> Words:
    """The same as far as they are meant for this user: who was asked, who asked, who may decide all of the task."""
    meant = user.pk in (referral.to_id, referral.asked_by_id)
    if meant or referral.task.domain_ids() <= access.scope(user, "decide"):
        return words(referral)
    return Words("")


def asked_about(task: int) -> list[Asked]:
    """What was asked about a task (id), newest first; one query."""
    rows = Referral.objects.filter(task=task).select_related("asked_by", "to", "record__customer").order_by("-pk")
    return [
        Asked(
            row.pk,
            str(row.asked_by),
            row.whom,
            row.asked_at,
            row.answered_at,
            row.withdrawn_at is not None,
            words(row),
        )
        for row in rows
    ]
