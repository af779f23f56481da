"""Whether a customer's data may be used for a purpose: what the purpose asks for, and what his records say."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from consent.rules.folding import Act, Because, Standing, State, fold, meet

OPT_IN, OPT_OUT, CONTRACT, LEGAL = "opt_in", "opt_out", "contract", "legal"
EVERYWHERE = "*"
CONFIRMING = frozenset(("confirmed", "reaffirmed"))
# The kind of contact point that a channel needs; a channel without one is bound to nothing.
NEEDS = {"email": "email", "sms": "phone", "phone": "phone", "post": "post"}


class Why(StrEnum):
    """The reason for the answer."""

    GRANTED = "granted"
    NOT_OBJECTED = "not objected"
    CONTRACT = "contract"
    LEGAL = "legal"
    NO_STATEMENT = "no statement"
    PENDING = "pending"
    EXPIRED = "expired"
    DENIED = "denied"
    RESTRICTED = "restricted"
    TOO_YOUNG = "too young"
    AGE_UNKNOWN = "age unknown"
    CAME_OF_AGE = "came of age"
    NOT_COVERED = "recipient not named"
    NO_PURPOSE = "no such purpose"
    NO_CHANNEL = "no such channel"


# Why a yes, or a question for one, is no consent yet or no more: what tells most comes first.
TELLING = (Why.PENDING, Why.EXPIRED, Why.CAME_OF_AGE, Why.TOO_YOUNG, Why.NOT_COVERED)
GIVEN, ACTIVITY = "given", "activity"
GRANTED, DENIED, SILENT = "granted", "denied", "no statement"


@dataclass(frozen=True)
class Terms:
    """What one jurisdiction asks of a purpose."""

    kind: str = OPT_IN
    double_opt_in: frozenset[str] = frozenset()
    minimum_age: int | None = None
    expires_after_days: int | None = None
    expires_from: str = GIVEN


@dataclass(frozen=True)
class Permission:
    """The answer for one customer. ``contacts`` are the ids of the contact points that may be used (``None``: any but
    those ``refused``); ``answer`` is ``granted``, ``denied`` or ``no statement``.
    """

    allowed: bool
    why: Why
    answer: str = SILENT
    contacts: frozenset[int] | None = frozenset()
    refused: frozenset[int] = frozenset()

    def admits(self, contact: int | None) -> bool:
        """Whether this contact point (none: one that no statement was ever bound to) may be used."""
        if not self.allowed or contact in self.refused:
            return False
        return self.contacts is None or contact in self.contacts


UNASKED = Permission(False, Why.NO_STATEMENT)
TOO_YOUNG = Permission(False, Why.TOO_YOUNG)


@dataclass(frozen=True)
class Facts:
    """What is known of a customer besides what he said: birth dates, and whether the use of his data is restricted."""

    births: Collection[date] = ()
    restricted: bool = False
    organisation: bool = False


def terms_of(
    kind: str,
    rules: Mapping[str, Mapping[str, Any]],
    jurisdictions: Iterable[str],
    *,
    minimum_age: int | None = None,
    expires_after_days: int | None = None,
    expires_from: str = GIVEN,
) -> list[Terms]:
    """What each jurisdiction asks for, without repetition; what holds everywhere when none is known.

    A part of a country (``US-CA``) goes before its country, and that before what holds everywhere.
    """
    base = {
        "kind": kind,
        "minimum_age": minimum_age,
        "expires_after_days": expires_after_days,
        "expires_from": expires_from,
    }
    found: dict[Terms, None] = {}
    for place in sorted(set(jurisdictions)) or [""]:
        merged = {**base, **rules.get(EVERYWHERE, {}), **rules.get(place[:2], {}), **rules.get(place, {})}
        terms = Terms(
            kind=merged["kind"],
            double_opt_in=frozenset(merged.get("double_opt_in", ())),
            minimum_age=merged["minimum_age"],
            expires_after_days=merged["expires_after_days"],
            expires_from=merged["expires_from"],
        )
        found[terms] = None
    return list(found)


def judged(
    records: Sequence[Sequence[Act]],
    terms: Sequence[Terms],
    channel: str,
    at: datetime,
    facts: Facts,
    *,
    bound: bool = True,
) -> Permission:
    """The answer for one customer: every jurisdiction among his records has to pass.

    :param records: the acts about the purpose, record by record. :param bound: consents hold for one address only.
    """
    return answered(
        records, terms, gates(terms, facts, at.date()), channel, at, restricted=facts.restricted, bound=bound
    )


def gates(terms: Sequence[Terms], facts: Facts, today: date) -> tuple[Why | None, ...]:
    """For each jurisdiction, whether age stands in the way."""
    return tuple(age_gate(one.minimum_age, facts, today) for one in terms)


def answered(
    records: Sequence[Sequence[Act]],
    terms: Sequence[Terms],
    ages: Sequence[Why | None],
    channel: str,
    at: datetime,
    *,
    restricted: bool,
    bound: bool,
) -> Permission:
    """The answer, once it is known what each jurisdiction's gate of age says."""
    answers = [
        _judged(records, one, young, channel, at, restricted=restricted, bound=bound)
        for one, young in zip(terms, ages, strict=True)
    ]
    return answers[0] if len(answers) == 1 else _all(answers)


def _all(answers: Sequence[Permission]) -> Permission:
    """Together as strict as the strictest of them."""
    refusing = [one for one in answers if not one.allowed]
    if refusing:
        return min(refusing, key=lambda one: one.answer != DENIED)
    limited = [one.contacts for one in answers if one.contacts is not None]
    contacts = frozenset.intersection(*limited) if limited else None
    refused = frozenset().union(*(one.refused for one in answers))
    if contacts is not None and not contacts - refused:
        return Permission(False, Why.NO_STATEMENT)
    asking = next((one for one in answers if one.why == Why.GRANTED), answers[0])
    return Permission(True, asking.why, asking.answer, contacts, refused)


def _judged(
    records: Sequence[Sequence[Act]],
    terms: Terms,
    young: Why | None,
    channel: str,
    at: datetime,
    *,
    restricted: bool,
    bound: bool,
) -> Permission:
    if terms.kind == LEGAL:
        return Permission(True, Why.LEGAL, contacts=None)
    if restricted:
        return Permission(False, Why.RESTRICTED, DENIED)
    if terms.kind == CONTRACT:
        return _by_contract(records, terms, channel, at)
    if young == Why.AGE_UNKNOWN:
        return Permission(False, young)
    question = _Question(records, terms, channel, at, young is not None)
    if terms.kind == OPT_OUT:
        return question.opt_out()
    return question.opt_in(bound=bound and channel in NEEDS)


def _by_contract(records: Sequence[Sequence[Act]], terms: Terms, channel: str, at: datetime) -> Permission:
    """Permitted; but where the purpose asks for consent elsewhere, who said no there is not used on this ground."""
    own = [[act for act in acts if not act.level] for acts in records]
    answer = _Question(own, terms, channel, at, young=False).opt_out()
    return Permission(True, Why.CONTRACT, contacts=None, refused=answer.refused) if answer.allowed else answer


def age_gate(minimum: int | None, facts: Facts, today: date) -> Why | None:
    """Nothing, or why age stands in the way; one record of somebody younger is enough."""
    if not minimum or facts.organisation:
        return None
    return gate(minimum, age(max(facts.births), today) if facts.births else None)


def gate(minimum: int | None, years: int | None) -> Why | None:
    """The same for somebody of so many completed years, of whom it may not be known."""
    if not minimum:
        return None
    if years is None:
        return Why.AGE_UNKNOWN
    return Why.TOO_YOUNG if years < minimum else None


def age(born: date, today: date) -> int:
    """Completed years."""
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


class _Question:
    """One jurisdiction's question to a customer's records."""

    def __init__(self, records: Sequence[Sequence[Act]], terms: Terms, channel: str, at: datetime, young: bool) -> None:
        self.records, self.terms, self.channel, self.at, self.young = records, terms, channel, at, young
        reaching = (act for acts in records for act in acts if act.channel in ("", channel))
        self.named = {act.contact for act in reaching if act.contact is not None}
        self.why: Why | None = None

    def standing(self, contact: int | None) -> Standing:
        """The meet over the records."""
        return meet(self._counted(fold(acts, self.channel, contact, self.at)) for acts in self.records)

    def _counted(self, standing: Standing) -> Standing:
        """A grant that the jurisdiction does not take as one is no statement."""
        if standing.because:
            self._note(Why.PENDING if standing.because == Because.PENDING else Why.EXPIRED)
        if standing.state != State.GRANTED or standing.by is None:
            return standing
        flaw = self._flaw(standing.by)
        if flaw is None:
            return standing
        self._note(flaw)
        return Standing(State.NO_STATEMENT, standing.by)

    def _flaw(self, grant: Act) -> Why | None:
        if not grant.covers:
            return Why.NOT_COVERED
        if self.channel in self.terms.double_opt_in and grant.act not in CONFIRMING:
            return Why.PENDING
        if self.young and grant.whose != "guardian":
            return Why.TOO_YOUNG
        if not self.young and self.terms.minimum_age and grant.whose == "guardian":
            return Why.CAME_OF_AGE
        return None

    def _note(self, why: Why) -> None:
        """Of several reasons the one that tells most, in whatever order the records come."""
        self.why = why if self.why is None else min(self.why, why, key=TELLING.index)

    def opt_in(self, *, bound: bool) -> Permission:
        """Permitted where there is a grant; a channel that needs an address has it for certain addresses only."""
        if not self.records:
            return TOO_YOUNG if self.young else UNASKED
        each = {one: self.standing(one).state for one in self.named}
        granted = frozenset(one for one, state in each.items() if state == State.GRANTED)
        if granted and bound:
            return Permission(True, Why.GRANTED, GRANTED, granted)
        if not bound and self.standing(None).state == State.GRANTED:
            refused = frozenset(one for one, state in each.items() if state == State.DENIED)
            return Permission(True, Why.GRANTED, GRANTED, None, refused)
        if granted:
            return Permission(True, Why.GRANTED, GRANTED, granted)
        if State.DENIED in each.values() or self.standing(None).state == State.DENIED:
            return Permission(False, Why.DENIED, DENIED)
        return Permission(False, self.why or (Why.TOO_YOUNG if self.young else Why.NO_STATEMENT))

    def opt_out(self) -> Permission:
        """Permitted unless denied; somebody too young needs the guardian's grant."""
        wide = self.standing(None)
        if wide.state == State.DENIED:
            return Permission(False, Why.DENIED, DENIED)
        if self.young:
            return self.opt_in(bound=False)
        refused = frozenset(one for one in self.named if self.standing(one).state == State.DENIED)
        said = wide.state == State.GRANTED
        return Permission(True, Why.GRANTED if said else Why.NOT_OBJECTED, GRANTED if said else SILENT, None, refused)
