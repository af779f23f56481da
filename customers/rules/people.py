"""Invented people, households and organisations: the truth behind made-up records. The same seed makes the same people.

Traps for matching are part of it: twins, juniors who bear their father's name, namesakes elsewhere, shared telephones.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from random import Random

from anyascii import anyascii

from customers.rules import words


@dataclass(frozen=True, slots=True)
class Country:
    """How a country names, numbers and writes addresses; `pattern`: # a digit, @ a letter after the city's prefix."""

    code: str
    culture: str
    share: float
    calling: str
    trunk: str
    landline: str
    mobile: str
    pattern: str
    street: str


COUNTRIES = (
    Country("US", "en", 0.30, "1", "", "{area}555####", "{area}555####", "##", "{no} {street} Street"),
    Country("GB", "en", 0.15, "44", "0", "1632######", "7700######", "# #@@", "{no} {street} Road"),
    Country("DE", "de", 0.20, "49", "0", "3023######", "1510#######", "##", "{street}straße {no}"),
    Country("FR", "fr", 0.10, "33", "0", "199######", "639######", "##", "{no} rue {street}"),
    Country("ES", "es", 0.08, "34", "", "910######", "6########", "##", "Calle {street} {no}"),
    Country("AR", "es", 0.03, "54", "0", "114#######", "91145######", "##", "{street} {no}"),
    Country("PL", "pl", 0.05, "48", "", "22#######", "51#######", "-###", "ul. {street} {no}"),
    Country("VN", "vi", 0.03, "84", "0", "243#######", "90#######", "##", "{no} {street}"),
    Country("CN", "zh", 0.03, "86", "0", "106#######", "138########", "##", "{street}{no}号"),
    Country("RU", "ru", 0.02, "7", "8", "495#######", "916#######", "###", "ул. {street}, {no}"),
    Country("EG", "ar", 0.01, "20", "0", "22#######", "10########", "##", "{no} شارع {street}"),
)
SHARES = tuple(country.share for country in COUNTRIES)
MALE = {culture: tuple(text.split()) for culture, text in words.MALE.items()}
FEMALE = {culture: tuple(text.split()) for culture, text in words.FEMALE.items()}
SURNAMES = {culture: tuple(text.split()) for culture, text in words.SURNAMES.items()}
STREETS = {
    culture: tuple(" ".join(name.split()) for name in (text.split("|") if "|" in text else text.split()))
    for culture, text in words.STREETS.items()
}
CITIES = {}
for _code, _text in words.CITIES.items():
    # A city may have blanks in its name; its postal prefix ends the entry.
    _fields = " ".join(_text.split()).split(":")
    _heads = [_fields[0], *[field.partition(" ")[2] for field in _fields[2::2]]]
    _tails = [field.partition(" ")[0] for field in _fields[2::2]]
    CITIES[_code] = tuple(zip(_heads, _fields[1::2], _tails, strict=False))
TRADES = tuple(tuple(word.split(":")) for word in words.TRADES.split())
LEGAL_FORMS = {culture: tuple(text.split()) for culture, text in words.LEGAL_FORMS.items()}
AREAS = "202 206 212 217 303 312 404 415 503 512 602 608 614 617 713 804 919".split()
MAIL_DOMAINS = tuple(words.MAIL_DOMAINS.split())
BY_CULTURE = {culture: [c for c in COUNTRIES if c.culture == culture] for culture in LEGAL_FORMS}
SIZES = ((1, 2, 3, 4, 5), (0.55, 0.25, 0.10, 0.07, 0.03))
EARLIEST, LATEST = date(1936, 1, 1).toordinal(), date(2004, 12, 31).toordinal()
YOUNGEST = LATEST + 5_000
# Family names come first here, without a blank between.
FAMILY_FIRST = frozenset({"zh", "vi"})
REMEMBERED = 500


@dataclass(frozen=True, slots=True)
class Address:
    street: str
    number: str
    line1: str
    city: str
    region: str
    postal_code: str


@dataclass(slots=True)
class Party:
    """One person or organisation, with what changed in its life; an organisation has only `organisation`."""

    entity: str
    household: str
    country: Country
    address: Address
    landline: str
    mobile: str = ""
    given: str = ""
    family: str = ""
    organisation: str = ""
    male: bool = False
    born: int = 0
    email: str = ""
    tax_id: str = ""
    trap: str = ""
    earlier_address: Address | None = None
    earlier_family: str = ""
    earlier_email: str = ""
    changed: float = field(default=0.0)


class People:
    """An endless stream of households and organisations."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.persons = self.households = self.organisations = 0
        self.known: list[Party] = []

    def __iter__(self) -> Iterator[list[Party]]:
        while True:
            yield [self.organisation()] if self.rng.random() < 0.07 else self.household()

    def household(self) -> list[Party]:
        rng = self.rng
        country = rng.choices(COUNTRIES, SHARES)[0]
        self.households += 1
        home = f"H{self.households:07d}"
        address, landline = self.address(country), self.digits(country.landline)
        family = self.surname(country)
        size = rng.choices(*SIZES)[0]
        members = [Party("", home, country, address, landline, family=family) for _member in range(size)]
        for role, person in enumerate(members):
            self._person(person, role, members[0], members[role - 1])
        if rng.random() < 0.15:
            earlier, when = self.address(country), rng.random()
            for person in members:
                person.earlier_address, person.changed = earlier, when
        self._remember(members[0])
        return members

    def organisation(self) -> Party:
        rng = self.rng
        trade, culture = rng.choice(TRADES)
        country = rng.choice(BY_CULTURE[culture])
        self.organisations += 1
        surname, form = self.pick(SURNAMES[culture]), rng.choice(LEGAL_FORMS[culture])
        two = rng.random() < 0.3
        stem = f"{surname} & {self.pick(SURNAMES[culture])}" if two else surname
        name = f"{trade} {stem}" if culture in ("de", "fr", "pl") else f"{stem} {trade}"
        party = Party("", "", country, self.address(country), self.digits(country.landline))
        party.entity, party.organisation = f"O{self.organisations:07d}", f"{name} {form}"
        party.email = f"info@{slug(name)}{self.organisations}.example"
        party.tax_id = country.code + self.digits("#########")
        return party

    def _person(self, person: Party, role: int, head: Party, previous: Party) -> None:
        rng = self.rng
        self.persons += 1
        person.entity = f"P{self.persons:07d}"
        culture = person.country.culture
        person.male = not head.male if role == 1 else rng.random() < 0.5
        person.given = self.pick((MALE if person.male else FEMALE)[culture])
        person.born = self._birth(role, head)
        person.mobile = self.digits(person.country.mobile)
        person.tax_id = self.digits("##########") if rng.random() < 0.5 else ""
        if role == 1:
            self._partner(person)
        elif role > 1:
            self._child(person, head, previous)
        elif rng.random() < 0.02:
            self._namesake(person)
        person.email = self.email(person)
        if rng.random() < 0.12:
            person.earlier_email, person.changed = self.email(person), rng.random()

    def _birth(self, role: int, head: Party) -> int:
        if role == 0:
            return self.rng.randint(EARLIEST, LATEST)
        years = (-2500, 2500) if role == 1 else (7500, 13000)
        born = head.born + self.rng.randint(*years)
        # Whoever would be born too late is born some years before: put on the last day, many would share it.
        return born if born <= YOUNGEST else YOUNGEST - (born - YOUNGEST) % (YOUNGEST - LATEST)

    def _partner(self, person: Party) -> None:
        own = self.surname(person.country)
        chance = self.rng.random()
        if chance < 0.25 or person.country.culture in ("es", "zh", "vi", "ar"):
            person.family = own
        elif chance < 0.45:
            person.earlier_family, person.changed = own, self.rng.random()

    def _child(self, person: Party, head: Party, previous: Party) -> None:
        rng = self.rng
        if person.male and head.male and rng.random() < 0.08:
            person.given, person.trap = head.given, "junior"
        elif previous.born > head.born + 7000 and previous.trap == "" and rng.random() < 0.10:
            person.born, person.trap, previous.trap = previous.born, "twin", "twin"
            names = (MALE if person.male else FEMALE)[person.country.culture]
            alike = [name for name in names if name[0] == previous.given[0] and name != previous.given]
            others = [name for name in names if name != previous.given]
            person.given = rng.choice(alike if alike and rng.random() < 0.3 else others)

    def _namesake(self, person: Party) -> None:
        """The name of somebody else, who lives elsewhere."""
        same = [p for p in self.known if p.country.culture == person.country.culture]
        if same:
            other = self.rng.choice(same)
            person.given, person.family, person.male, person.trap = other.given, other.family, other.male, "namesake"

    def _remember(self, person: Party) -> None:
        if len(self.known) < REMEMBERED:
            self.known.append(person)
        else:
            self.known[self.rng.randrange(REMEMBERED)] = person

    def pick(self, names: tuple[str, ...]) -> str:
        """The first of a list are the frequent ones."""
        return names[int(len(names) * self.rng.random() ** 1.6)]

    def surname(self, country: Country) -> str:
        names = SURNAMES[country.culture]
        name = self.pick(names)
        if country.culture == "es":
            return f"{name} {self.pick(names)}"
        if country.culture in ("en", "de", "fr") and self.rng.random() < 0.05:
            return f"{name}-{self.pick(names)}"
        return name

    def digits(self, pattern: str) -> str:
        if "{" in pattern:
            pattern = pattern.format(area=self.rng.choice(AREAS))
        size = pattern.count("#")
        return pattern.replace("#" * size, f"{self.rng.randrange(10**size):0{size}d}")

    def address(self, country: Country) -> Address:
        rng = self.rng
        city, region, prefix = rng.choice(CITIES[country.code])
        street, number = rng.choice(STREETS[country.culture]), str(1 + int(180 * rng.random() ** 2))
        code = "".join([self._sign(sign) for sign in country.pattern])
        line1 = country.street.format(no=number, street=street)
        return Address(street, number, line1, city, region, prefix + code)

    def _sign(self, sign: str) -> str:
        if sign == "#":
            return str(self.rng.randrange(10))
        return self.rng.choice("ABDEFGHJLNPQRSTUWXYZ") if sign == "@" else sign

    def email(self, person: Party) -> str:
        given, family = slug(person.given), slug(person.family)
        shape = self.rng.randrange(4)
        local = (f"{given}.{family}", f"{given[:1]}{family}", f"{family}.{given}", f"{given}_{family[:1]}")[shape]
        return f"{local}{self.rng.randrange(1000)}@{self.rng.choice(MAIL_DOMAINS)}"


@lru_cache(maxsize=8192)
def slug(text: str) -> str:
    return "".join([sign for sign in anyascii(text).lower() if sign.isalnum()])
