"""What a demonstration holds: people of every role, three domains with four systems each, and made-up records.

Everything goes through the same actions as real work. The audit log tells which database a demonstration made: its
first entry is written while there is no customer yet.
"""

import csv
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO, StringIO
from typing import Any

from django.db import connection

from cmdm import audit
from cmdm.actions import action
from cmdm.actions.domains import add_domain, grant_role
from cmdm.actions.users import add_user, issue_token, set_password
from cmdm.models import AuditEntry, Domain, User
from customers.actions import loads
from customers.actions.sources import add_source
from customers.jobs import run
from customers.models import Source
from customers.rules.seeding import COLUMNS, SeedRecord, generate

BEGUN, LOADED = "demonstration.begun", "demonstration.loaded"
RECORDS, SEED = 2_000, 20_260
Report = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Person:
    """Somebody who signs in, with one role in every domain."""

    name: str
    display_name: str
    role: str


OWNER = Person("owner", "Claire Dubois", "data owner")
PEOPLE = (
    Person("reader", "Nora Weiss", "reader"),
    Person("steward", "Marta Keller", "steward"),
    Person("lead", "Jonas Brandt", "lead"),
    OWNER,
    Person("privacy", "Amir Haddad", "privacy officer"),
    Person("auditor", "Ingrid Olsen", "auditor"),
    Person("admin", "Tomasz Nowak", "administrator"),
)
CONSUMER = Person("newsletter", "Newsletter system", "consumer")
EUROPE, OVERSEAS, BUSINESS = "retail-europe", "retail-overseas", "business"
DOMAINS = {EUROPE: "Retail Europe", OVERSEAS: "Retail Overseas", BUSINESS: "Business"}
EUROPEAN = frozenset("DE FR GB ES PL RU".split())
SYSTEMS: Mapping[str, Mapping[str, Any]] = {
    "crm": {"name": "CRM", "kind": "CRM", "trust": 80, "trust_by_attribute": {"birth_date": 90}},
    "erp": {"name": "ERP", "kind": "ERP", "trust": 70, "trust_by_attribute": {"address": 85, "organisation_name": 90}},
    "shop": {
        "name": "Web shop",
        "kind": "Shop",
        "trust": 50,
        "trust_by_attribute": {"email": 90, "address": 75},
        "party_class": "zero",
    },
    "helpdesk": {
        "name": "Helpdesk",
        "kind": "Helpdesk",
        "trust": 30,
        "trust_by_attribute": {"phone": 75},
        "party_class": "zero",
    },
}
IN_PARTS, PARTS = f"{EUROPE}-crm", 6
COUNTRY = {EUROPE: "DE", OVERSEAS: "US", BUSINESS: "DE"}


def is_foreign() -> bool:
    """Whether the database holds customers that no demonstration made. Asks a database of any age."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('customers_customer') IS NOT NULL")
        if not cursor.fetchone()[0]:
            return False
        cursor.execute("SELECT EXISTS (SELECT 1 FROM customers_customer)")
        if not cursor.fetchone()[0]:
            return False
    return not AuditEntry.objects.filter(deed=BEGUN).exists()


@action
def _mark(deed: str, *, actor: User, **counts: int) -> None:
    audit.record(actor, deed, counts=counts)


def marker(*, actor: User) -> str:
    """The change that began this demonstration, begun here if need be; another database has another."""
    entry = AuditEntry.objects.filter(deed=BEGUN).first()
    if entry is None:
        _mark(BEGUN, actor=actor)
        entry = AuditEntry.objects.get(deed=BEGUN)
    return str(entry.change)


def is_loaded() -> bool:
    """Whether all of its records are in."""
    return AuditEntry.objects.filter(deed=LOADED).exists()


def people(passwords: Mapping[str, str], *, actor: User) -> str:
    """Everybody with his password and his roles, and the domains; returns a new token of the consumer."""
    users = {person.name: _user(person, passwords.get(person.name, ""), actor) for person in (*PEOPLE, CONSUMER)}
    for key, name in DOMAINS.items():
        domain = Domain.objects.filter(key=key).first()
        if domain is None:
            domain = add_domain(actor=actor, key=key, name=name, owner=users[OWNER.name])
        for person in (*PEOPLE, CONSUMER):
            grant_role(actor=actor, user=users[person.name], domain=domain, role=person.role)
    return issue_token(actor=actor, user=users[CONSUMER.name], label="demonstration")


def _user(person: Person, password: str, actor: User) -> User:
    known = User.objects.filter(username=person.name).first()
    if known is None:
        kind = User.Kind.PERSON if password else User.Kind.CONSUMER
        return add_user(
            actor=actor, username=person.name, display_name=person.display_name, kind=kind, password=password
        )
    if password:
        set_password(known, actor=actor, password=password)
    return known


def load(report: Report, *, actor: User, count: int = RECORDS) -> int:
    """Take in the made-up records, a file of each source; what an interrupted run took in stays. Returns how many."""
    owner = User.objects.get(username=OWNER.name)
    done = 0
    for (domain_key, system), records in _by_source(generate(count, SEED)).items():
        source = _source(Domain.objects.get(key=domain_key), system, actor)
        for name, part in _files(source.key, records):
            file = loads.upload(source, _file(system, part), actor=owner, file_name=name)
            file = loads.set_mapping(file, file.mapping, file.mode, actor=owner)
            file = loads.prepare_run(file, actor=owner)
            run(file, actor=owner, hold=lambda: None, progress=_after(done, count, source.name, report))
        done += len(records)
    _mark(LOADED, actor=actor, records=done)
    return done


def _files(key: str, records: Sequence[SeedRecord]) -> list[tuple[str, Sequence[SeedRecord]]]:
    """One file of a source; of one source several of a size, and then one that lacks most of its rows."""
    if key != IN_PARTS:
        return [(f"{key}.csv", records)]
    size = -(-len(records) // PARTS)
    parts = [(f"{key}-{day + 1}.csv", records[day * size : (day + 1) * size]) for day in range(PARTS)]
    return [*parts, (f"{key}-{PARTS + 1}.csv", records[: size // 8 + 1])]


def _after(before: int, count: int, name: str, report: Report) -> Callable[..., None]:
    """The progress of one file as that of all of them."""
    return lambda done, total=None, phase="": report(before + done, count, name)


def _by_source(records: Iterator[SeedRecord]) -> dict[tuple[str, str], list[SeedRecord]]:
    """By domain and system. A party belongs to the domain of its country; one record in twenty came by another door."""
    everything = list(records)
    countries = {record.entity: country for record in everything if (country := _country(record))}
    found: dict[tuple[str, str], list[SeedRecord]] = defaultdict(list)
    for number, record in enumerate(everything):
        domain = _domain(record, countries.get(record.entity, "DE"))
        if domain != BUSINESS and number % 20 == 0:
            domain = OVERSEAS if domain == EUROPE else EUROPE
        found[domain, record.source].append(record)
    return dict(sorted(found.items()))


def _country(record: SeedRecord) -> str:
    values = record.values
    return values.get("country") or values.get("country_code") or values.get("Land") or ""


def _domain(record: SeedRecord, country: str) -> str:
    if any(record.values.get(column) for column in ("company", "company_name", "organisation", "Firma")):
        return BUSINESS
    return EUROPE if country in EUROPEAN else OVERSEAS


def _source(domain: Domain, system: str, actor: User) -> Source:
    known = Source.objects.filter(key=f"{domain.key}-{system}").first()
    if known is not None:
        return known
    facts = SYSTEMS[system]
    fields = {
        **facts,
        "name": f"{facts['name']} {domain.name}",
        "country": COUNTRY[domain.key],
        "owner": domain.owner,
        "terms": "Invented for the demonstration.",
    }
    return add_source(actor=actor, domain=domain, key=f"{domain.key}-{system}", fields=fields)


def _file(system: str, records: Sequence[SeedRecord]) -> BytesIO:
    """The records as the CSV that the system would send."""
    text = StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS[system])
    writer.writerows([record.values[name] for name in COLUMNS[system]] for record in records)
    return BytesIO(text.getvalue().encode())
