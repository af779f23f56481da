"""What a person reads of himself: from his proved records alone, with where from and since when."""

from datetime import UTC, datetime

import pytest

from cmdm.models import system_user
from consent.actions.telling import tell
from consent.queries.portal_data import holdings
from matching.actions import ledger
from tests.consent.people import KARL, MAIL, make_karl
from tests.support.people import make_domain
from tests.support.records import make_source, now, seen, stored, take

pytestmark = pytest.mark.django_db


@pytest.fixture
def karl():
    return make_karl()


def row(held, attribute):
    [found] = held.rows(attribute)
    return found


class TestWhatIsShown:
    def test_each_value_says_where_from_and_since_when(self, karl):
        held = holdings([karl.pk])
        name, born, mail = row(held, "name"), row(held, "birth_date"), row(held, "email")

        assert (name.text, held.name) == ("Karl Oberlaender jun.",) * 2
        assert (born.text, born.origin) == ("2 November 1985", f"from {karl.source.name}")
        assert born.since == datetime(2019, 6, 14, 9, tzinfo=UTC)
        assert (mail.text, mail.confirmed, born.confirmed) == (MAIL, True, False)
        assert [section.key for section in held.sections] == ["you", "reach", "more"]

    def test_the_catalogue_says_what_is_shown_and_what_may_be_corrected(self, karl):
        held = holdings([karl.pk])
        everything = [one.attribute for section in held.sections for one in section.rows]

        assert "points" in everything
        assert not {"identifier", "turnover"} & {*everything, *held.values}
        assert row(held, "birth_date").correctable
        assert not row(held, "points").correctable

    def test_a_value_said_without_a_break_keeps_its_day(self, karl):
        take(karl.source, "88203", {**KARL, "points": "130"}, at=datetime(2024, 5, 1, tzinfo=UTC))
        held = holdings([karl.pk])

        assert row(held, "birth_date").since.year == 2019
        assert row(held, "points").since.year == 2024

    def test_what_came_by_a_link_alone_is_not_there_in_any_form(self, karl):
        crm = make_source(karl.domain, trust=95)
        father = stored(crm, "40118", {**KARL, "given_name": "Erwin", "birth_date": "1954-03-17", "points": "7"})
        ends = [karl.customer, father.customer]
        if ends[0] != ends[1]:
            ledger.merge(ends, actor=system_user(), seen=seen(*ends), reason="A wrong merge.")
        assert now(karl).customer.values["given_name"] == "Erwin", "the golden customer is the father's by now"

        shown = repr(holdings([karl.pk]))
        assert "Karl" in shown
        assert "Erwin" not in shown
        assert "1954" not in shown
        assert crm.name not in shown

    def test_two_proved_records_that_differ_are_both_told(self, karl):
        crm = make_source(karl.domain, trust=95)
        other = stored(crm, "1", {**KARL, "birth_date": "1985-02-11"})
        born = row(holdings([karl.pk, other.pk]), "birth_date")

        assert born.text == "11 February 1985"
        assert born.others == (f"2 November 1985 from {karl.source.name}",)


class TestTelling:
    def test_what_a_person_says_counts_and_is_told_as_his(self, karl):
        tell(karl, actor=system_user(), attribute="language", value="de")
        [language] = holdings([karl.pk]).preferences[:1]
        assert (language.text, language.origin, language.mine, language.confirmed) == ("de", "from you", True, False)

    def test_saying_that_a_value_is_right_confirms_it(self, karl):
        tell(karl, actor=system_user(), attribute="birth_date", value="1985-11-02")
        born = row(holdings([karl.pk]), "birth_date")
        assert (born.origin, born.confirmed) == ("from you", True)
        assert now(karl).customer.lineage["birth_date"]["record"] != karl.pk

    def test_a_changed_number_takes_the_place_of_the_old_one(self, karl):
        old, new = KARL["phone"][0], {"value": "+4917681200000", "kind": "mobile"}
        tell(karl, actor=system_user(), attribute="phone", value=new, instead=old)

        assert [one.value["value"] for one in holdings([karl.pk]).rows("phone")] == [new["value"]]
        assert [one["value"] for one in now(karl).customer.values["phone"]] == [new["value"]]

        newer = {"value": "+4917681211111", "kind": "mobile"}
        tell(karl, actor=system_user(), attribute="phone", value=newer, instead=new)
        assert [one["value"] for one in now(karl).customer.values["phone"]] == [newer["value"]]

    def test_of_several_only_the_replaced_one_goes(self):
        home = {"value": "+49834255017", "kind": "home"}
        karl = make_karl(make_domain(), phone=[KARL["phone"][0], home])
        tell(karl, actor=system_user(), attribute="phone", value={"value": "+4917681200000"}, instead=KARL["phone"][0])
        assert {one["value"] for one in now(karl).customer.values["phone"]} == {"+4917681200000", home["value"]}
