"""The practice queue: made-up pairs with a known answer, and what each of them teaches.

No customer is touched, and nobody in it exists: addresses and numbers are those kept for examples.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from customers.rules.sentences import _

SAME, DIFFERENT, RELATED, UNSURE = "same", "different", "related", "unsure"


@dataclass(frozen=True)
class Said:
    """What a source says of one side: the source with its trust, the day, the values."""

    source: str
    trust: int
    day: str
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Case:
    """A pair, the answer, and the lesson. ``also``: an answer that can be defended. ``worked``: shown solved."""

    key: str
    left: Said
    right: Said
    answer: str
    lesson: str
    also: str = ""
    worked: bool = False


def _person(given: str, family: str, born: str = "", **more: Any) -> dict[str, Any]:
    made: dict[str, Any] = {"given_name": given, "family_name": family}
    if born:
        made["birth_date"] = born
    for name in ("email", "phone"):
        if name in more:
            made[name] = [{"value": more[name]}]
    if "street" in more:
        made["address"] = [
            {"line1": more["street"], "city": more["city"], "postal_code": more["code"], "country": "DE"}
        ]
    if "tax" in more:
        made["identifier"] = [{"scheme": "tax", "value": more["tax"]}]
    return made


_HOME = {"street": "Lindenweg 4", "city": "Hamburg", "code": "20095"}
_OTHER = {"street": "Am Markt 11", "city": "Bremen", "code": "28195"}


def _crm(values: Mapping[str, Any], day: str = "2025-11-03") -> Said:
    return Said("CRM", 80, day, values)


def _shop(values: Mapping[str, Any], day: str = "2026-03-12") -> Said:
    return Said("Shop", 50, day, values)


CASES: Sequence[Case] = (
    Case(
        "worked", _crm(_person("Elisabeth", "Hartwig", "1979-05-21", email="lisa.hartwig@mail.example", **_HOME)),
        _shop(_person("Lisa", "Hartwig", "1979-05-21", email="lisa.hartwig@mail.example", phone="+493012345670")),
        SAME, _("Lisa is short for Elisabeth. The birth date and the e-mail agree, and nothing speaks against it: a "
                "value that one side lacks says nothing."), worked=True,
    ),
    Case(
        "father", _crm(_person("Karl", "Brenner", "1954-03-17", phone="+494012345671", **_HOME)),
        _shop(_person("Karl", "Brenner", "1985-08-02", phone="+494012345671", **_HOME)),
        RELATED, _("Same name, house and landline, but born 31 years apart: father and son. “Related” keeps both and "
                   "the tie between them, and the pair does not come back."), also=DIFFERENT,
    ),
    Case(
        "common", _crm(_person("Anna", "Schmidt", "1990-01-14", **_HOME)),
        _shop(_person("Anna", "Schmidt", "1962-09-30", **_OTHER)),
        DIFFERENT, _("The name is common, so that it agrees says little. Birth date and city differ: two people."),
    ),
    Case(
        "script", _crm(_person("芳", "王", "1988-12-05", email="fang.wang@mail.example")),
        _shop(_person("Fang", "Wang", "1988-12-05", email="fang.wang@mail.example", **_OTHER)),
        SAME, _("One name in two scripts: press T to see it in Latin letters. Birth date and e-mail agree."),
    ),
    Case(
        "married", _crm(_person("Julia", "Neumann", "1991-06-08", phone="+4915112345672", **_HOME), "2019-02-01"),
        _shop(_person("Julia", "Falk", "1991-06-08", phone="+4915112345672", **_OTHER)),
        SAME, _("The family name and the address changed years apart, the birth date and the mobile number did not: "
                "people marry and move. Look at the dates beside the values."),
    ),
    Case(
        "couple", _crm(_person("Sofia", "Lang", "1986-04-11", email="familie.lang@mail.example", **_HOME)),
        _shop(_person("Jonas", "Lang", "1984-10-23", email="familie.lang@mail.example", **_HOME)),
        RELATED, _("They share an e-mail, a house and a family name, yet given name and birth date differ: a couple. "
                   "A shared mailbox makes nobody one person."), also=DIFFERENT,
    ),
    Case(
        "typo", _crm(_person("Piotr", "Zielinski", "1973-07-29", email="p.zielinski@mail.example", **_HOME)),
        _shop(_person("Piotr", "Zielinksi", "1973-09-27", email="p.zielinski@mail.example", **_HOME)),
        SAME, _("Two slips of the keyboard: letters and digits changed places. Everything else agrees."),
    ),
    Case(
        "thin", _crm(_person("Martin", "Weber", **_HOME)), _shop(_person("M.", "Weber", email="weber@mail.example")),
        UNSURE, _("An initial and a common name: nothing here can be known. “Not sure” is an answer; refer it to "
                  "somebody who can ask."),
    ),
    Case(
        "twins", _crm(_person("Lena", "Osei", "2001-02-02", email="lena.osei@mail.example", **_HOME)),
        _shop(_person("Lara", "Osei", "2001-02-02", email="lara.osei@mail.example", **_HOME)),
        RELATED, _("Same birth date, house and family name; given names and e-mails differ in the same letters: twins. "
                   "A birth date alone never makes one person of two."), also=DIFFERENT,
    ),
    Case(
        "moved", _crm(_person("Fatima", "Yilmaz", "1965-10-21", phone="+4916012345673", **_HOME), "2016-05-05"),
        _shop(_person("Fatima", "Yilmaz", "1965-10-21", phone="+4916012345673", **_OTHER)),
        SAME, _("She moved within ten years. An old address is no evidence against; both are kept."),
    ),
    Case(
        "switchboard", _crm(_person("Oskar", "Berg", "1993-04-14", phone="+49891234560", email="berg@firma.example")),
        _shop(_person("Ida", "Roth", "1970-12-01", phone="+49891234560", email="roth@firma.example")),
        DIFFERENT, _("The number is the switchboard of their employer. What many people share tells nobody apart, and "
                     "joins nobody."),
    ),
    Case(
        "contradiction", _crm(_person("Thomas", "Keller", "1980-11-30", tax="12 345 678 901", **_HOME)),
        _shop(_person("Thomas", "Keller", "1980-11-30", tax="98 765 432 109", **_OTHER)),
        DIFFERENT, _("Name and birth date agree, but a tax number belongs to one person only, and these differ. "
                     "Namesakes born on one day exist."), also=UNSURE,
    ),
)  # fmt: skip


def case(key: str) -> Case | None:
    """The case of this key."""
    return next((one for one in CASES if one.key == key), None)


def after(key: str) -> Case | None:
    """The case that comes next."""
    keys = [one.key for one in CASES]
    place = keys.index(key) + 1
    return CASES[place] if place < len(CASES) else None


def judged(one: Case, given: str) -> str:
    """Whether an answer was ``right``, ``close`` (defensible) or ``wrong``."""
    if given == one.answer:
        return "right"
    return "close" if given == one.also else "wrong"
