"""A year of answers of the demonstration's customers, so that charts and lists show what they are for.

Most agree, some take it back by a link or on the phone, one in ten never confirmed, one consent has lapsed.
"""

import random
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from cmdm import audit, clock
from cmdm.actions import Refused, action
from cmdm.models import User, portal_user
from consent.actions import consents, contacts, evidence, expiring, on_behalf
from consent.models import Act, ConsentEvent, ContactPoint, Evidence, Method, Purpose
from customers.models import SourceRecord
from customers.sealing import open_values

MANY, SEED = 60, 20_261
DAY = timedelta(days=1)
WAYS = (Method.PORTAL, Method.PORTAL, Method.FORM, Method.PAPER)
KINDS = {Method.FORM: Evidence.Kind.SYSTEM, Method.PAPER: Evidence.Kind.PAPER}


@dataclass(frozen=True)
class Person:
    """Who answers, at which address."""

    record: SourceRecord
    address: str


@dataclass(frozen=True)
class Deed:
    """What happens, and when."""

    at: datetime
    run: Callable[[], object]


def make(*, actor: User, privacy: User, domain_key: str, most: int = MANY) -> int:
    """Answers of customers of a domain, spread over thirteen months; how many acts."""
    offers, partners = (Purpose.objects.get(key=key) for key in ("offers", "partners"))
    chance, now = random.Random(SEED), clock.now()  # noqa: S311
    deeds: list[Deed] = []
    for number, person in enumerate(_people(domain_key, most)):
        day = now - chance.randrange(20, 390) * DAY
        deeds += _of(number, person, day, (offers, partners), privacy, chance)
    before = ConsentEvent.objects.count()
    for deed in sorted(deeds, key=lambda one: one.at):
        # Made-up people are of every age: who is too young is refused, as anybody would be.
        with clock.at(deed.at), suppress(Refused):
            deed.run()
    expiring.expire_due(actor=actor)
    return ConsentEvent.objects.count() - before


def _people(domain_key: str, most: int) -> list[Person]:
    """Customers of the domain with an e-mail address and no answer yet, one record each."""
    rows = SourceRecord.objects.current().filter(domain__key=domain_key, about__isnull=True, party_type="person")
    rows = rows.filter(values__has_key="email", consent_events__isnull=True, customer__isnull=False)
    found: list[Person] = []
    seen: set[int | None] = set()
    for row in rows.defer("raw", "findings").select_related("source").order_by("key", "pk")[: most * 2]:
        address = next((one.get("value", "") for one in open_values(row.values)["email"]), "")
        if address and row.customer_id not in seen and len(found) < most:
            seen.add(row.customer_id)
            found.append(Person(row, address))
    return found


def _of(
    number: int, person: Person, day: datetime, about: tuple[Purpose, Purpose], privacy: User, chance: random.Random
) -> Sequence[Deed]:
    """What one of them did."""
    offers, partners = about
    said = partial(_say, person, offers)
    kind = number % 10
    if number == 0:
        return [Deed(clock.now() - 1_110 * DAY, partial(said, act=Act.GRANTED))]
    if kind == 7:
        return [Deed(day, partial(said, act=Act.REQUESTED))]
    if kind == 8:
        return [Deed(day, partial(_refuse, person, offers, privacy))]
    if kind == 9:
        return [Deed(day, partial(_say, person, partners, act=Act.OBJECTED, method=Method.GPC))]
    deeds = [Deed(day, partial(said, act=Act.GRANTED, method=chance.choice(WAYS)))]
    if kind in (5, 6):
        deeds.append(Deed(day + chance.randrange(3, 19) * DAY, partial(said, act=Act.WITHDRAWN, method=Method.LINK)))
    return deeds


def _refuse(person: Person, purpose: Purpose, privacy: User) -> list[ConsentEvent]:
    """No, on the phone."""
    return on_behalf.record_on_behalf(
        [person.record], actor=privacy, purpose=purpose, act=Act.REFUSED, method=Method.PHONE, note="Call."
    )


@action
def _say(person: Person, purpose: Purpose, *, act: str, method: str = Method.PORTAL) -> list[ConsentEvent]:
    """One act of one of them; where an address is spoken of, it is his own."""
    actor, whole = portal_user(), act == Act.OBJECTED
    contact: ContactPoint | None = None
    if not whole:
        contact = contacts.contact_point("email", person.address, actor=actor)
    kind = Evidence.Kind.SIGNAL if method == Method.GPC else KINDS.get(Method(method), Evidence.Kind.SESSION)
    made = consents.record(
        [person.record],
        actor=actor,
        purpose=purpose,
        channel="" if whole else "email",
        contact=contact,
        act=act,
        method=method,
        evidence=evidence.keep(actor=actor, kind=kind, form="demonstration"),
        proved=[person.record],
    )
    audit.record(actor, "demonstration.answered", counts={"acts": len(made)})
    return made
