"""Karl the younger, whose shop record is proved, and what else lies in the customer that he was put into."""

from datetime import UTC, datetime

from cmdm.models import Domain
from customers.models import SourceRecord
from tests.support.people import make_domain
from tests.support.records import make_source, stored

HOUSE = {"kind": "home", "line1": "Am Kirchplatz 4", "postal_code": "87616", "city": "Marktoberdorf", "country": "DE"}
MAIL = "karl.o85@gmail.example"
PHONE = "+4917681205536"
KARL = {
    "given_name": "Karl",
    "family_name": "Oberlaender",
    "suffix": "jun.",
    "birth_date": "1985-11-02",
    "email": [{"value": MAIL, "verified": True}],
    "phone": [{"value": PHONE, "kind": "mobile"}],
    "address": [HOUSE],
    "identifier": [{"scheme": "ssn", "value": "7364009"}],
    "points": "120",
    "turnover": "5123",
}
SINCE = datetime(2019, 6, 14, 9, tzinfo=UTC)


def make_karl(domain: Domain | None = None, **more) -> SourceRecord:
    """His record in the shop, as of 14 June 2019."""
    domain = domain or make_domain()
    shop = make_source(domain, trust=40, country="DE")
    return stored(shop, "88203", {**KARL, **more}, at=SINCE)
