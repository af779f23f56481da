"""Made-up customers with the truth about them: what four systems hold of the people and organisations in `people`.

The same seed gives the same bytes. Each source has columns of its own, in its own language and formats, as systems
have; `guessing` maps them. `entity` is the truth; `trap` says what makes a party easy to confuse.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import chain
from random import Random

from customers.rules.mistakes import flipped, nickname, phone, plain, short_street, slip
from customers.rules.people import FAMILY_FIRST, Address, Party, People

COLUMNS: dict[str, tuple[str, ...]] = {
    "crm": (
        "customer_id", "first_name", "last_name", "company", "date_of_birth", "gender", "email", "phone", "mobile",
        "street", "city", "state", "postcode", "country", "tax_id", "updated_at",
    ),
    "shop": (
        "account_id", "full_name", "company_name", "email_address", "telephone", "address_line1", "town", "zip",
        "country_code", "language", "last_modified",
    ),
    "helpdesk": (
        "contact_id", "contact_name", "organisation", "mail", "phone_number", "preferred_language", "changed_at",
    ),
    "erp": (
        "Kundennummer", "Nachname", "Vorname", "Firma", "Geburtsdatum", "Straße", "Hausnummer", "PLZ", "Ort", "Land",
        "Telefon", "E-Mail", "USt-IdNr", "Geändert am",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Habit:
    """How a source keeps its records: chances of what happens to a value."""

    share: float
    letter: str
    missing: float
    slips: float
    plain: float
    upper: float
    nickname: float
    placeholder: float


HABITS = {
    "crm": Habit(0.34, "C", 0.10, 0.02, 0.10, 0.00, 0.06, 0.002),
    "shop": Habit(0.30, "S", 0.18, 0.05, 0.30, 0.02, 0.14, 0.002),
    "helpdesk": Habit(0.14, "T", 0.25, 0.05, 0.25, 0.00, 0.18, 0.001),
    "erp": Habit(0.22, "K", 0.12, 0.02, 0.45, 0.25, 0.02, 0.010),
}
SOURCES = tuple(HABITS)
SHARES = tuple(habit.share for habit in HABITS.values())
RECORDS = ((1, 2, 3, 4, 5), (0.55, 0.25, 0.13, 0.05, 0.02))
BEGIN = datetime(2019, 1, 1, tzinfo=UTC)
SECONDS = 7 * 365 * 86_400
# Spreads the running number over seven digits, each number once.
STRIDE, MODULUS = 7_368_787, 9_999_991


@dataclass(frozen=True, slots=True)
class SeedRecord:
    source: str
    key: str
    observed_at: datetime
    entity: str
    values: dict[str, str]
    household: str = ""
    trap: str = ""


def generate(n: int, seed: int) -> Iterator[SeedRecord]:
    """`n` records, the same for the same seed."""
    rng = Random(seed)  # noqa: S311  # repeatable on purpose; nothing secret comes of it
    parties = chain.from_iterable(People(rng))
    made = 0
    while made < n:
        party = next(parties)
        for _copy in range(min(rng.choices(*RECORDS)[0], n - made)):
            made += 1
            yield _record(party, made, rng)


def _record(party: Party, number: int, rng: Random) -> SeedRecord:
    source = rng.choices(SOURCES, SHARES)[0]
    habit = HABITS[source]
    key = f"{habit.letter}{number * STRIDE % MODULUS:07d}"
    when = rng.random()
    observed = BEGIN + timedelta(seconds=int(when * SECONDS))
    seen = Sighting(party, habit, when, rng)
    values = dict.fromkeys(COLUMNS[source], "")
    values.update(WRITERS[source](seen, observed))
    values[COLUMNS[source][0]] = key
    return SeedRecord(source, key, observed, party.entity, values, party.household, party.trap)


class Sighting:
    """What one source got to know of a party at one time, with its mistakes."""

    def __init__(self, party: Party, habit: Habit, when: float, rng: Random) -> None:
        self.party, self.habit, self.rng = party, habit, rng
        before = when < party.changed
        self.is_plain = rng.random() < habit.plain
        self.is_upper = rng.random() < habit.upper
        self.given, self.family = self._names(before)
        self.email = party.earlier_email if before and party.earlier_email else party.email
        self.place: Address = party.earlier_address if before and party.earlier_address else party.address
        self.style = rng.randrange(5)

    def _names(self, before: bool) -> tuple[str, str]:
        party, rng = self.party, self.rng
        given, family = party.given, party.family
        if before and party.earlier_family:
            family = party.earlier_family
        if given and rng.random() < self.habit.nickname:
            given = nickname(given, rng)
        if given and rng.random() < 0.015:
            given, family = family, given
        return self.text(given), self.text(family)

    def text(self, value: str) -> str:
        """A text as this source spells it."""
        if not value:
            return value
        if self.is_plain:
            value = plain(value, self.party.country)
        if self.rng.random() < self.habit.slips:
            value = slip(value, self.rng)
        return value.upper() if self.is_upper else value

    def maybe(self, value: str) -> str:
        return "" if self.rng.random() < self.habit.missing else value

    @property
    def organisation(self) -> str:
        name = self.party.organisation
        if name and self.rng.random() < 0.25:
            name = name.rpartition(" ")[0]
        return self.text(name)

    @property
    def full_name(self) -> str:
        if not self.given and not self.family:
            return ""
        if self.party.country.culture in FAMILY_FIRST:
            return f"{self.family} {self.given}" if self.is_plain or self.family.isascii() else self.family + self.given
        if self.rng.random() < 0.06:
            return f"{self.family}, {self.given}"
        return f"{self.given} {self.family}"

    @property
    def birth(self) -> str:
        """ISO; sometimes a placeholder, sometimes with day and month swapped."""
        if not self.party.born or self.rng.random() < self.habit.missing:
            return ""
        if self.rng.random() < self.habit.placeholder:
            return "1900-01-01"
        day = date.fromordinal(self.party.born).isoformat()
        return flipped(day) if self.rng.random() < 0.01 else day

    @property
    def mail(self) -> str:
        if self.rng.random() < self.habit.placeholder:
            return "none@mail.example"
        email = slip(self.email, self.rng) if self.rng.random() < self.habit.slips / 3 else self.email
        return self.maybe(email)

    def number(self, number: str) -> str:
        return self.maybe(phone(number, self.party.country, self.style) if number else "")

    @property
    def line1(self) -> str:
        line = self.place.line1
        return self.text(short_street(line) if self.rng.random() < 0.2 else line)

    @property
    def gender(self) -> str:
        if not self.given:
            return ""
        return "m" if self.party.male else "f"

    @property
    def language(self) -> str:
        return self.party.country.culture


def _crm(seen: Sighting, observed: datetime) -> dict[str, str]:
    party, place = seen.party, seen.place
    located = seen.rng.random() >= seen.habit.missing
    return {
        "first_name": seen.given,
        "last_name": seen.family,
        "company": seen.organisation,
        "date_of_birth": seen.birth,
        "gender": seen.maybe(seen.gender),
        "email": seen.mail,
        "phone": seen.number(party.landline),
        "mobile": seen.number(party.mobile),
        "street": seen.line1 if located else "",
        "city": seen.text(place.city) if located else "",
        "state": seen.maybe(place.region) if located else "",
        "postcode": place.postal_code if located else "",
        "country": party.country.code,
        "tax_id": seen.maybe(party.tax_id),
        "updated_at": observed.isoformat(),
    }


def _shop(seen: Sighting, observed: datetime) -> dict[str, str]:
    party, place = seen.party, seen.place
    return {
        "full_name": seen.full_name,
        "company_name": seen.organisation,
        "email_address": seen.email if seen.rng.random() < 0.97 else "",
        "telephone": seen.number(party.mobile or party.landline),
        "address_line1": seen.line1,
        "town": seen.text(place.city),
        "zip": place.postal_code,
        "country_code": party.country.code,
        "language": seen.language,
        "last_modified": observed.isoformat(),
    }


def _helpdesk(seen: Sighting, observed: datetime) -> dict[str, str]:
    party = seen.party
    return {
        "contact_name": seen.full_name,
        "organisation": seen.organisation,
        "mail": seen.mail,
        "phone_number": seen.number(party.mobile if seen.style % 2 and party.mobile else party.landline),
        "preferred_language": seen.maybe(seen.language),
        "changed_at": observed.isoformat(),
    }


def _erp(seen: Sighting, observed: datetime) -> dict[str, str]:
    party, place = seen.party, seen.place
    street = place.line1.replace(place.number, "", 1).strip(" ,号") or place.street
    birth = seen.birth
    return {
        "Nachname": seen.family,
        "Vorname": seen.given,
        "Firma": seen.organisation,
        "Geburtsdatum": f"{birth[8:]}.{birth[5:7]}.{birth[:4]}" if birth else "",
        "Straße": seen.text(short_street(street) if seen.style == 0 else street),
        "Hausnummer": place.number,
        "PLZ": place.postal_code,
        "Ort": seen.text(place.city),
        "Land": party.country.code,
        "Telefon": seen.number(party.landline),
        "E-Mail": seen.mail,
        "USt-IdNr": party.tax_id if party.organisation else "",
        "Geändert am": observed.strftime("%d.%m.%Y %H:%M"),
    }


WRITERS = {"crm": _crm, "shop": _shop, "helpdesk": _helpdesk, "erp": _erp}
