"""Sources and files for the tests of loads."""

import io

from cmdm.models import Domain, system_user
from customers import jobs
from customers.actions import loads
from customers.actions.received import Received
from customers.actions.records import take_in
from customers.actions.sources import add_source
from customers.models import Load, Source
from tests.support.people import make_domain

HEADER = "id,given,family,born,mail,phone,country"
MAPPING = {
    "key": "id",
    "columns": {
        "given": "given_name",
        "family": "family_name",
        "born": "birth_date",
        "mail": "email.home",
        "phone": "phone",
        "country": "address.country",
    },
    "constants": {"party_type": "person"},
    "date_order": "ymd",
    "on_fault": "refuse",
}
NAMES = ("Anna Berg", "Omar Haddad", "Lena Fischer", "Jonas Weiß", "Mira Novak", "Paul Lindqvist", "Zoe Martin")


def make_source(domain: Domain, key: str = "crm", **fields) -> Source:
    return add_source(actor=system_user(), domain=domain, key=key, fields={"name": key.title(), **fields})


def row(number: int, **other: str) -> str:
    """A row that stands for a person of its own."""
    given, family = NAMES[number % len(NAMES)].split()
    letters = "".join(chr(97 + int(digit)) for digit in str(number))
    cells = {
        "id": f"K{number:05d}",
        "given": f"{given}{letters}",
        "family": f"{family}{letters[::-1]}",
        "born": f"{1940 + number % 60}-{number % 12 + 1:02d}-{number % 28 + 1:02d}",
        "mail": f"{letters}.{family.encode('ascii', 'ignore').decode().lower()}@mail.example",
        "phone": "",
        "country": "",
    }
    return ",".join({**cells, **other}.values())


def hold_one_already() -> None:
    """A record of another source, by which the hub is not empty."""
    said = {"given_name": "Elsewhere", "family_name": "Nobody", "birth_date": "1911-11-11"}
    other = make_source(make_domain("elsewhere"), "other")
    take_in(other, [Received("E1", said, party_type="person")], actor=system_user())


def text(*rows: str, header: str = HEADER) -> str:
    return "\n".join((header, *rows)) + "\n"


def upload(source: Source, content: str | bytes, *, actor, mapping=MAPPING, mode="upsert", name="crm.csv") -> Load:
    """A file with its mapping, ready to start."""
    raw = content.encode() if isinstance(content, str) else content
    load = loads.upload(source, io.BytesIO(raw), actor=actor, file_name=name)
    return loads.set_mapping(load, mapping, mode, actor=actor) if mapping else load


def run(load: Load, *, actor, confirmed: bool = False) -> Load:
    """Take the file in, here and now."""
    ready = loads.prepare_run(load, actor=actor, confirmed=confirmed)
    return jobs.run(ready, actor=actor, hold=lambda: None, progress=lambda *_args: None)


def accounted(load: Load) -> bool:
    """Every line is header, blank or of a row; every row is one of the five."""
    place = load.position
    lines = place.get("header", 0) + place.get("blank", 0) + place.get("spanned", 0)
    rows = load.new + load.changed + load.unchanged + load.rejected + load.quarantined
    return load.lines == lines == place.get("line", 0) and load.rows == rows
