"""What was filled in stands beneath every word of a source, whatever the rule; a person's word stands above both."""

from datetime import UTC, datetime

from customers.rules.claims import AttributeRule, PinRule, RecordClaims
from customers.rules.survivorship import golden

NEWEST = AttributeRule("legal_form", rule="most_recent")
OLD, NEW = datetime(2019, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)


def said(record, value, observed, **more):
    return RecordClaims(record, 1, "crm", 1, 1, {}, observed, {"legal_form": value}, **more)


def test_a_source_wins_although_it_is_older_and_trusted_less():
    filled = said(2, "GmbH", NEW, derived=True, default_trust=90, about=1)
    made = golden([said(1, "AG", OLD, default_trust=1), filled], [NEWEST])
    assert made.values["legal_form"] == "AG"
    assert made.lineage["legal_form"]["rule"] == "said"


def test_whoever_pins_it_has_the_last_word():
    filled = said(2, "GmbH", NEW, derived=True, about=1)
    made = golden([said(1, "AG", OLD), filled], [NEWEST], [PinRule(2, "legal_form", "pin")])
    assert made.values["legal_form"] == "GmbH"
