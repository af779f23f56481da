"""What people answered to suggestions, as rows: kept, and ended when it is taken back."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from cmdm import clock, history
from cmdm.actions import action, change_id
from cmdm.models import User
from customers.models import Fillable, SourceRecord, SuggestionAnswer
from customers.queries.catalogue import catalogue
from customers.queries.suggesting.names import digest_of
from customers.queries.suggesting.suggestions import Suggestion


@action
def keep(one: Suggestion, answer: str, *, actor: User, batch: UUID | None = None) -> SuggestionAnswer:
    """Keep an answer, and take the place off the list. The caller holds the record and asked for the rights."""
    made = SuggestionAnswer.objects.create(
        record_id=one.record,
        attribute=one.attribute,
        rule=one.rule,
        digest=one.digest,
        answer=answer,
        agreeing=one.agreeing,
        total=one.total,
        batch=batch,
        by=actor,
        change=change_id(),
    )
    history.keep(SuggestionAnswer, [made.pk], history.ADDED)
    Fillable.objects.filter(record=one.record, attribute=one.attribute, rule=one.rule).delete()
    return made


@action
def end(answers: Iterable[SuggestionAnswer], *, actor: User) -> None:
    """End answers: they were taken back. The caller holds their records and asked for the rights."""
    rows = list(answers)
    for row in rows:
        row.ended_at, row.change = clock.now(), change_id()
    SuggestionAnswer.objects.bulk_update(rows, ["ended_at", "change"])
    history.keep(SuggestionAnswer, [row.pk for row in rows], history.CHANGED)


@action
def ask_again(answer: SuggestionAnswer, domain: int, *, actor: User) -> None:
    """A dismissal is taken back: end it, and put its place on the list again. The caller holds the record."""
    end([answer], actor=actor)
    place = Fillable(domain_id=domain, record_id=answer.record_id, attribute=answer.attribute, rule=answer.rule)
    Fillable.objects.bulk_create([place], ignore_conflicts=True)


@action
def taken_back(about: SourceRecord, attribute: str, values: Any, *, actor: User) -> None:
    """What was filled in of a record counts no longer: end the answers that took it."""
    spec = catalogue().specs[attribute]
    digests = [digest_of(spec, value) for value in (values if spec.many else [values])]
    taken = SuggestionAnswer.objects.in_force().filter(record=about, attribute=attribute, digest__in=digests)
    end(taken.filter(answer=SuggestionAnswer.Answer.TAKEN).select_for_update(), actor=actor)
