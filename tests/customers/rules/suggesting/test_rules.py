"""Each rule by itself: what it witnesses, what it asks for, and what it leaves alone."""

import pytest

from customers.rules.suggesting import gathering, households, legal_forms, mail_domains, mending, numbers, places
from customers.rules.suggesting.covering import completes, is_covered
from customers.rules.suggesting.shapes import Names, Proposal, Said

NAMES = Names(("address",), ("phone",), ("email",), "website", "organisation_name", "legal_form")
BERLIN = {"line1": "Ackerstr. 1", "postal_code": "10115", "city": "Berlin", "country": "DE"}


def said(record=1, party="person", **values):
    return Said(record, 7, party, values)


def without(address, *parts):
    return {name: text for name, text in address.items() if name not in parts}


class TestPlaces:
    def test_an_address_witnesses_each_of_its_parts(self):
        told = {(one.rule, one.given, one.value) for one in places.tellings(said(address=[BERLIN]), NAMES)}
        assert ("city_by_postcode", "de|10115", "Berlin") in told
        assert ("postcode_by_city", "de|berlin", "10115") in told
        assert ("country_by_place", "10115|berlin", "DE") in told
        assert not [one for one in told if one[0].startswith("region")]

    def test_a_missing_part_is_asked_for_by_the_others(self):
        needs = list(places.needs(said(address=[without(BERLIN, "city")]), NAMES))
        assert {(one.rule, one.part, one.given) for one in needs} == {("city_by_postcode", "city", "de|10115")}

    def test_a_region_is_asked_for_only_where_addresses_need_one(self):
        ohio = {"line1": "1 Main St", "city": "Columbus", "postal_code": "43004", "country": "US"}
        assert {one.part for one in places.needs(said(address=[ohio]), NAMES)} == {"region"}
        assert not list(places.needs(said(address=[BERLIN]), NAMES))

    def test_a_postcode_is_the_same_with_its_blank_and_without(self):
        given = {
            places.given_in(places.RULES[0], {"country": "GB", "postal_code": code}) for code in ("SW1A 1AA", "sw1a1aa")
        }
        assert len(given) == 1

    def test_a_bare_country_is_no_address_to_complete(self):
        assert list(places.needs(said(address=[{"country": "DE"}]), NAMES)) == []


class TestCounted:
    def test_what_nearly_all_have_is_proposed_with_its_numbers(self):
        one = said(address=[{**without(BERLIN, "city"), "kind": "home", "verified": True}])
        (made,) = gathering.counted(
            gathering.needs([one], NAMES), {(7, "city_by_postcode", "de|10115"): ("Berlin", 412, 415)}
        )
        assert made.value == {**BERLIN, "kind": "home"}  # nobody verified what was filled in
        assert (made.agreeing, made.total, made.part) == (412, 415, "city")

    def test_a_count_that_is_not_sure_and_one_of_another_domain_say_nothing(self):
        needs = gathering.needs([said(address=[without(BERLIN, "city")])], NAMES)
        assert not list(gathering.counted(needs, {(7, "city_by_postcode", "de|10115"): ("Berlin", 4, 4)}))
        assert not list(gathering.counted(needs, {(8, "city_by_postcode", "de|10115"): ("Berlin", 412, 415)}))

    def test_two_rules_that_differ_are_both_silent(self):
        needs = gathering.needs([said(address=[without(BERLIN, "country")])], NAMES)
        counts = {
            (7, "country_by_place", "10115|berlin"): ("DE", 50, 50),
            (7, "country_by_city", "berlin"): ("US", 50, 50),
        }
        assert not list(gathering.counted(needs, counts))
        counts[7, "country_by_city", "berlin"] = ("DE", 500, 500)
        (made,) = gathering.counted(needs, counts)
        assert (made.rule, made.value["country"]) == ("country_by_city", "DE")

    def test_nothing_is_asked_that_another_record_says(self):
        both = [said(1, address=[without(BERLIN, "city")]), said(2, address=[BERLIN])]
        assert gathering.needs(both, NAMES) == []
        assert len(gathering.needs(both[:1], NAMES)) == 1


class TestCovering:
    def test_more_of_the_same_completes_and_another_word_does_not(self):
        assert completes(BERLIN, without(BERLIN, "city", "country"))
        assert completes(BERLIN, {**BERLIN, "city": "BERLIN"})
        assert not completes(BERLIN, {**without(BERLIN, "city"), "line1": "Ackerstr. 2"})
        assert not completes(BERLIN, {"kind": "home"})

    def test_a_number_with_its_country_completes_the_national_one(self):
        assert completes({"value": "+4930123456"}, {"value": "030123456"})
        assert not completes({"value": "+4930123456"}, {"value": "456"})
        assert not completes({"value": "+4930123456"}, {"value": "+4340123456"})

    def test_it_must_be_complete_in_the_part_that_is_missing(self):
        bare = without(BERLIN, "city", "country")
        assert is_covered(bare, "city", [bare, BERLIN])
        assert not is_covered(bare, "region", [bare, BERLIN])


class TestNumbers:
    def test_the_calling_code_witnesses_the_country(self):
        one = said(address=[BERLIN], phone=[{"value": "+493012345678"}, {"value": "030"}])
        assert [(t.given, t.value) for t in numbers.tellings(one, NAMES)] == [("+49", "DE")]

    def test_several_codes_tell_no_country(self):
        lacking = [without(BERLIN, "country")]
        assert list(numbers.needs(said(address=lacking, phone=[{"value": "+493012345678"}]), NAMES))
        mixed = [{"value": "+493012345678"}, {"value": "+33142685300"}]
        assert not list(numbers.needs(said(address=lacking, phone=mixed), NAMES))

    def test_a_national_number_gets_the_one_country_where_it_is_valid(self):
        one = said(phone=[{"value": "03012345678", "kind": "home"}])
        (made,) = numbers.with_country(one, NAMES, ["DE"])
        assert made.value == {"value": "+493012345678", "kind": "home"}
        assert not list(numbers.with_country(one, NAMES, ["DE", "FR"]))
        assert not list(numbers.with_country(said(phone=[{"value": "1"}]), NAMES, ["DE"]))

    def test_a_landline_is_told_from_a_mobile(self):
        assert numbers.is_landline({"value": "+493012345678"})
        assert not numbers.is_landline({"value": "+491701234567"})
        # In North America the plan does not tell them apart, so it may be somebody's mobile.
        assert not numbers.is_landline({"value": "+12125550123"})


class TestMailDomains:
    def test_an_organisation_witnesses_its_domain_and_freemail_nothing(self):
        acme = said(party="organisation", email=[{"value": "info@acme.example"}], website="https://acme.example")
        assert [(t.rule, t.given) for t in mail_domains.tellings(acme, NAMES)] == [("website_by_mail", "acme.example")]
        mail = [{"value": "acme@gmail.com"}]
        assert not list(mail_domains.tellings(said(party="organisation", email=mail, website="x"), NAMES))
        assert not list(mail_domains.needs(said(party="organisation", email=mail), NAMES))

    def test_a_person_is_not_asked_about(self):
        assert not list(mail_domains.needs(said(email=[{"value": "ann@acme.example"}]), NAMES))


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("Bergmann GmbH", "GmbH"),
        ("Bergmann GmbH & Co. KG", "GmbH & Co. KG"),
        ("Lindqvist Aktiebolag AB", "AB"),
        ("Harbour Tea Limited", "Ltd"),
        ("Panadería Sol, S.L.", "S.L."),
        ("Piekarnia Wieczorek S.A.", "S.A."),
        ("Atelier Dubois SARL", "SARL"),
        ("GmbH", ""),
        ("Verein der Freunde", ""),
        ("Se", ""),
    ],
)
def test_the_legal_form_is_that_in_which_the_name_ends(name, form):
    assert legal_forms.legal_form(name) == form


class TestMending:
    def test_an_address_is_read_without_what_stands_around_it(self):
        assert "ann@mail.example" in mending.email("mailto: ann (at) mail.example;")
        assert "ann@mail.example" in mending.email("ann@mail,example")

    def test_a_number_is_read_without_words(self):
        assert "0171 2345678" in mending.phone("0171 2345678 (mobil)")

    def test_a_date_is_read_in_every_order(self):
        assert set(mending.date("13.25.1980")) == {"1980-13-25", "1980-25-13"}
        assert mending.date("80-1-2") == []

    def test_a_country_is_read_without_brackets_and_with_one_wrong_letter(self):
        assert "Germany" in mending.country("Germny", ["Germany", "France"])
        assert mending.country("Peru", ["Per", "Peru"]) == ["Peru"]
        assert mending.country("Deutschland (DE)", [])[0] == "Deutschland"


class TestHouseholds:
    MEMBER = said(2, address=[BERLIN], phone=[{"value": "+493012345678"}, {"value": "+491701234567"}])

    def test_address_and_landline_are_shared_and_a_mobile_is_not(self):
        me = said(1)
        made = list(households.proposals(me, [me], self.MEMBER, NAMES, "Karl"))
        assert [(one.rule, one.value.get("value")) for one in made] == [
            (households.ADDRESS, None),
            (households.LANDLINE, "+493012345678"),
        ]

    def test_who_has_an_address_is_given_none(self):
        me = said(1, address=[{"line1": "elsewhere"}], phone=[{"value": "1"}])
        assert not list(households.proposals(me, [me], self.MEMBER, NAMES, "Karl"))

    def test_an_office_is_nobody_elses_home(self):
        member = said(2, address=[{**BERLIN, "kind": "work"}])
        assert not list(households.proposals(said(1), [said(1)], member, NAMES, "Karl"))


def test_a_whole_value_is_proposed_only_where_it_is_missing():
    one = Proposal("website_by_mail", 1, 7, "website", "https://acme.example")
    assert gathering.whole([one, one], missing={"website"}) == [one]
    assert gathering.whole([one], missing=set()) == []
