"""A small hub for the state machine: two domains that are compared, few keys and few people, so that things happen."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from cmdm import clock, jobs
from cmdm.actions import Refused
from cmdm.models import AuditEntry, Job, User, system_user
from consent.actions import consents, contacts, evidence
from consent.actions.claims import take_in_claims
from consent.models import NAMING, ConsentEvent
from consent.queries.permitted import permitted
from consent.rules.folding import Act, State
from consent.rules.importing import Claim
from customers.actions.received import Received
from customers.actions.records import close, take_in
from customers.models import Customer, Pin, Relation, Source, SourceRecord
from matching.models import Candidate
from stewardship.models import Answer, Task
from tests.consent.rules.acting import replayed
from tests.consent.scene import make_notice, make_purpose
from tests.support.people import make_domain, make_user
from tests.support.records import make_source, person

START = datetime(2026, 1, 1, tzinfo=UTC)
KEYS = ("a", "b", "c")
PEOPLE = tuple(
    person(given, family, born, mail)
    for given, family, born, mail in (
        ("Anna", "Bergström", "1980-02-03", "anna@bergstrom.example"),
        ("Anna", "Bergström", "1980-02-03", ""),
        ("Anne", "Bergström", "1980-02-13", "anne@elsewhere.example"),
        ("Anna", "Lindqvist", "1980-02-03", ""),
        ("Anna", "Lindqvist", "", "anna@bergstrom.example"),
        ("Karl", "Bergström", "1980-02-03", ""),
        ("Karl", "Lindqvist", "1955-11-30", "karl@lindqvist.example"),
    )
)


class World:
    """What the rules act on. Choices are numbers, taken modulo what there is: shrinking stays simple."""

    def __init__(self) -> None:
        self.domains = (make_domain(), make_domain())
        self.sources: tuple[Source, Source] = (
            make_source(self.domains[0], trust=60),
            make_source(self.domains[1], trust=40),
        )
        self.steward: User = make_user("steward", domains=self.domains)
        self.said = 0
        self.purpose = make_purpose("newsletter", expires_after_days=30, expires_from="activity")
        self.notice = make_notice(self.purpose)
        self.mail = contacts.contact_point("email", "anna@bergstrom.example", actor=system_user())
        self.proof = evidence.keep(actor=system_user(), kind="session")

    def take(self, source: int, rows: Sequence[tuple[str, int]], hour: int | None) -> None:
        """Records arrive: key and number of the person; the hour at which they were observed."""
        at = START + timedelta(hours=hour) if hour is not None else None
        received = [
            Received(key=key, values=PEOPLE[number], party_type="person", observed_at=at) for key, number in rows
        ]
        take_in(self.sources[source], received, actor=system_user())

    def close(self, source: int, key: str) -> None:
        close(self.sources[source], [key], actor=system_user())

    def customers(self) -> list[Customer]:
        return list(Customer.objects.active().order_by("pk"))

    def records(self) -> list[SourceRecord]:
        """Open records of systems."""
        return list(SourceRecord.objects.current().filter(about__isnull=True).select_related("customer", "domain"))

    def changes(self, deed: str) -> list[AuditEntry]:
        return list(AuditEntry.objects.filter(deed=deed).order_by("pk"))

    def tasks(self) -> list[Task]:
        return list(Task.objects.open().filter(pin__isnull=True).order_by("pk"))

    def answers(self) -> list[Answer]:
        return list(Answer.objects.filter(withdrawn_at__isnull=True).order_by("pk"))

    def pins(self) -> list[Pin]:
        return list(Pin.objects.in_force().order_by("pk"))

    def relations(self) -> list[Relation]:
        return list(Relation.objects.filter(ended_at__isnull=True).order_by("pk"))

    def corrections(self) -> list[SourceRecord]:
        return list(SourceRecord.objects.current().filter(about__isnull=False).order_by("pk"))

    def doubts(self) -> list[Candidate]:
        """Open questions about records of one customer."""
        rows = Candidate.objects.open().filter(kind=Candidate.Kind.OVER_MERGE).order_by("pk")
        return list(rows.select_related("left", "right"))

    def versions(self, *customers: int | None) -> dict[int, int]:
        return dict(Customer.objects.filter(pk__in=customers).values_list("pk", "version"))

    def say(self, record: SourceRecord, act: str, *, wide: bool) -> None:
        """The person of a record says something to the newsletter, to one address or to all of it."""
        scope = {} if wide and act != "granted" else {"channel": "email", "contact": self.mail}
        yes = {"evidence": self.proof, "proved": [record]} if act == "granted" else {}
        fields = {"actor": self.steward, "purpose": self.purpose, "act": act, "method": "phone"}
        try_to(consents.record, [record], **fields, **scope, **yes)

    def send(self, record: SourceRecord, act: str, hour: int) -> list[str]:
        """A file says once more, or for the first time, what its person said at an hour."""
        fields = {"channel": "email", "contact": "anna@bergstrom.example", "method": "form"}
        claim = Claim(
            record.key,
            "newsletter",
            act,
            occurred_at=START + timedelta(hours=hour),
            notice=self.notice.sha256,
            **fields,
        )
        return [outcome for outcome, _why in take_in_claims(record.source, [claim], actor=system_user())]

    def acts(self) -> list[ConsentEvent]:
        """What somebody said, and staff keyed in."""
        return list(ConsentEvent.objects.exclude(act__in=NAMING).order_by("pk"))

    def heard(self, record: SourceRecord) -> State:
        """What the records of its customer say together, read row by row and replayed."""
        rows = ConsentEvent.objects.filter(record__customer=record.customer_id).order_by("pk")
        acts: dict[int, list[Act]] = {}
        for row in rows:
            place = (row.channel, row.contact_id, row.expires_at, row.names_id)
            acts.setdefault(row.record_id, []).append(Act(row.pk, row.act, row.effective_at, *place))
        scope = ("email", self.mail.pk)
        return min((replayed(one, scope, clock.now()) for one in acts.values()), default=State.NO_STATEMENT)

    def may_write(self, record: SourceRecord) -> bool:
        """Whether the newsletter may go to the address, as every face answers."""
        customer = Customer.objects.get(pk=record.customer_id)
        return permitted([customer], "newsletter", "email", clock.now())[customer.pk].admits(self.mail.pk)

    def run_jobs(self) -> None:
        for pk in Job.objects.unfinished().values_list("pk", flat=True):
            jobs.run(str(pk))


def pick(things: Sequence[Any], number: int) -> Any:
    """One of these, or nothing when there is none."""
    return things[number % len(things)] if things else None


def try_to(deed: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Do it; a refusal is an answer, too."""
    try:
        return deed(*args, **kwargs)
    except Refused:
        return None
