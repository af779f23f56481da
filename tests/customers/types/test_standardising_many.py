"""What was made of a value once is made of it again."""

import pytest

from cmdm.models import system_user
from customers.actions.catalogue import install_catalogue
from customers.queries.catalogue import catalogue
from customers.types.standardising import standardise

pytestmark = pytest.mark.django_db

SAID = [
    {"given_name": "ANN", "family_name": "Test", "birth_date": "31.12.1960", "email": "none", "phone": "030 123456"},
    {"given_name": "ANN", "full_name": "Berg, Ann Maria", "birth_date": "1960-02-31", "gender": "x"},
    {"email": [{"value": "A@x.example", "kind": "home"}, {"value": "a@x.example", "kind": "home"}], "colour": "red"},
    {"address": [{"line1": "1 Main St", "country": "Atlantis"}, {"city": "Ulm", "country": "DE"}], "given_name": ["a"]},
    {"identifier": [{"scheme": "ssn", "value": "11-11"}], "organisation_name": "Berg GmbH"},
]


@pytest.mark.parametrize("lenient", [True, False])
def test_values_seen_before_are_read_as_if_alone(lenient):
    install_catalogue(actor=system_user())
    specs, seen = catalogue().specs, {}
    reading = {"party_type": "person", "date_order": "dmy", "country": "DE", "lenient": lenient}

    for raw in [*SAID, *SAID]:
        assert standardise(raw, specs, **reading, seen=seen) == standardise(raw, specs, **reading)
