"""Answers to suggestions: taking one fills the value in, dismissing one is remembered, and both can be undone.

What is taken stands in the domain's own source of what was filled in, as a record about the record that lacked it:
beneath every word of a source, never compared with other records, and named in the lineage.
"""

from collections.abc import Sequence
from uuid import UUID

from django.utils.translation import gettext as _

from cmdm import access, audit
from cmdm.actions import Invalid, Refused, action
from cmdm.models import User
from customers.actions import corrections, writing
from customers.actions.pins import hold
from customers.actions.suggesting import answers
from customers.models import Customer, Source, SourceRecord, SuggestionAnswer
from customers.queries.catalogue import catalogue
from customers.queries.suggesting.names import digest_of
from customers.queries.suggesting.suggestions import Suggestion, suggestions_of
from customers.sealing import open_values


@action
def take(customer: Customer, mark: str, *, actor: User, batch: UUID | None = None) -> SuggestionAnswer:
    """Fill in what is suggested; the answer that was kept.

    Refused without ``correct`` in the record's domain, and where the suggestion stands no longer: the value was given,
    answered or removed meanwhile, or a quality rule does not let it in.
    """
    one = _held(customer, mark, actor=actor)
    about = SourceRecord.objects.select_related("domain", "source").get(pk=one.record)
    spec = catalogue().specs[one.attribute]
    value = [one.value] if spec.many else one.value
    made = answers.keep(one, SuggestionAnswer.Answer.TAKEN, actor=actor, batch=batch)
    try:
        corrections.correct(
            customer,
            actor=actor,
            attribute=one.attribute,
            value=value,
            about=about,
            reason=_reason(one),
            role=Source.Role.DERIVED,
        )
    except Invalid:
        raise Refused(_("The quality rules of the catalogue do not let this value in.")) from None
    audit.record(actor, "suggestion.taken", made, domains=[one.domain], attributes=[one.attribute])
    return made


@action
def dismiss(customer: Customer, mark: str, *, actor: User) -> SuggestionAnswer:
    """Suggest this value no more. Refused as taking is."""
    one = _held(customer, mark, actor=actor)
    made = answers.keep(one, SuggestionAnswer.Answer.DISMISSED, actor=actor)
    audit.record(actor, "suggestion.dismissed", made, domains=[one.domain], attributes=[one.attribute])
    return made


@action
def undo(answer: SuggestionAnswer, *, actor: User) -> SuggestionAnswer:
    """Take an answer back: what was filled in goes, what was dismissed may be suggested again.

    Refused without ``correct`` in the record's domain, or when it has been taken back.
    """
    about = SourceRecord.objects.select_related("domain", "source").get(pk=answer.record_id)
    access.require(actor, "correct", about)
    _lock(about)
    hold(about.pk, actor=actor)
    answer = SuggestionAnswer.objects.select_for_update(of=("self",)).get(pk=answer.pk)
    if answer.ended_at is not None:
        raise Refused(_("This has been taken back already."))
    if answer.answer == SuggestionAnswer.Answer.DISMISSED:
        answers.ask_again(answer, about.domain_id, actor=actor)
    else:
        _withdraw(answer, about, actor=actor)
    audit.record(actor, "suggestion.undone", answer, domains=[about.domain_id], attributes=[answer.attribute])
    answer.refresh_from_db()
    return answer


def _held(customer: Customer, mark: str, *, actor: User) -> Suggestion:
    """The suggestion with its record and customer locked, as it stands behind the locks."""
    record = mark.partition(".")[0]
    about = SourceRecord.objects.filter(pk=int(record) if record.isdecimal() else 0).select_related("source").first()
    if about is None or about.customer_id != customer.pk:
        raise Refused(_("This record has moved to another customer."))
    access.require(actor, "correct", about)
    _lock(about)
    customer, _record = hold(about.pk, actor=actor)
    standing: Sequence[Suggestion] = suggestions_of([customer], actor).get(customer.pk, ())
    found = next((one for one in standing if one.mark == mark), None)
    if found is None:
        raise Refused(_("This suggestion stands no longer: the value was given or answered meanwhile."))
    return found


def _lock(about: SourceRecord) -> None:
    """Until the end of the change nobody else says anything of this record, nor fills anything in."""
    writing.lock_keys(about.source, [about.key])


def _reason(one: Suggestion) -> str:
    """By which rule and count. Who reads it later may not see the relative whom other evidence names."""
    if not one.total:
        return one.rule
    return f"{one.rule}: {one.evidence}"[:300]


def _withdraw(answer: SuggestionAnswer, about: SourceRecord, *, actor: User) -> None:
    own = SourceRecord.objects.current().filter(about=about, source__role=Source.Role.DERIVED)
    filled = own.select_related("source", "domain").first()
    spec = catalogue().specs[answer.attribute]
    said = open_values(filled.values).get(answer.attribute) if filled is not None else None
    for value in said if spec.many and said else [said]:
        if filled is not None and value is not None and digest_of(spec, value) == bytes(answer.digest):
            corrections.withdraw(filled, answer.attribute, actor=actor, element=value if spec.many else None)
            return
    answers.end([answer], actor=actor)
