"""Comparing organisations: their names without legal forms, by what their words tell; their sites and mailboxes."""

import pytest

from matching.engine.names import organisation_name
from matching.engine.totals import of_words
from matching.engine.training import knowing
from tests.matching.engine.parties import ORGANISATIONS, compared, home, levels, many, organisation, person

RARE = [f"Haus{number:03d}" for number in range(250)]


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        ("Müller & Söhne GmbH", "MUELLER Söhne", "near"),
        ("Universal Exports Inc.", "Universal Exports, Ltd", "exact"),
        ("Exportaciones Vega S.A.", "Exportaciones Vega", "exact"),
        ("Ritz Carlton Restaurant", "Restaurant Ritz-Carlton", "words"),
        ("Mifune Japan Center", "Mifune", "within"),
        ("International Business Machines", "IBM", "acronym"),
        ("Universal Exports", "Bel Air Hotel", "different"),
        ("Universal Exports Singapore", "Singapore Exports", "within"),
        ("Art's Delicatessen", "Arts Deli", "words"),
        ("Nordlicht Bau Gesellschaft mit beschränkter Haftung", "Nordlicht Bau GmbH & Co. KG", "exact"),
        ("Kowalski Transport Sp. z o.o. Sp. k.", "Kowalski Transport Spółka z o.o.", "exact"),
        ("Çelik Makina San. ve Tic. A.Ş.", "Çelik Makina Anonim Şirketi", "exact"),
        ("Whitfield Motors, Public Limited Company", "Whitfield Motors PLC", "exact"),
        ("Ziegler e. K.", "Ziegler", "exact"),
        ("Nordlicht Bau Holding GmbH", "Nordlicht Bau GmbH", "partly"),
        ("Nordlicht Bau Holding", "Holding Nordlicht Bau AG", "words"),
    ],
)
def test_organisations_are_compared_by_their_telling_words(one, other, level):
    found = compared(organisation(organisation_name=one), organisation(organisation_name=other), ORGANISATIONS)
    assert levels(found)["organisation_name"] == level


@pytest.mark.parametrize(
    "text", ["A.S. Sarl", "Société Anonyme", "Foo und Sociedad Limitada Anónima", "S.A. Foo S.A.R.L. e. K."]
)
def test_what_is_left_without_legal_forms_has_none(text):
    name = organisation_name(text)
    assert organisation_name(name.whole) == name


def test_a_mailbox_of_its_own_tells_an_organisations_site_and_one_at_a_provider_none():
    site = organisation(website=["https://www.nordlicht.example/shop"])
    for mail, level in (
        ("ann@nordlicht.example", "same"),
        ("ann@other.example", "different"),
        ("ann@gmx.de", "missing"),
    ):
        assert levels(compared(site, organisation(email=many(mail)), ORGANISATIONS))["website"] == level
    assert person(email=many("ann@nordlicht.example")).websites == ()


def test_a_name_in_one_city_is_enough_in_a_small_hub_and_a_question_in_a_large_one():
    one, other = (organisation(n, organisation_name="Nordlicht Bau", address=home("", "Bern")) for n in (1, 2))
    small = ORGANISATIONS.sized(6_000)
    assert compared(one, other, small).probability >= small.automatic
    assert ORGANISATIONS.review < compared(one, other, ORGANISATIONS).probability < ORGANISATIONS.automatic
    branch = organisation(3, organisation_name="Nordlicht Bau", address=home("", "Basel"))
    assert compared(one, branch, small).probability < small.automatic


def test_what_words_tell_is_learned_from_the_names_of_the_hub():
    pharmacies = [organisation(n, organisation_name=f"{name} Apotheke") for n, name in enumerate(RARE)]
    learned = knowing(ORGANISATIONS, of_words(pharmacies))
    one, other, short = (organisation(organisation_name=name) for name in ("Adler Apotheke", "Engel Apotheke", "Adler"))
    assert levels(compared(one, other, ORGANISATIONS))["organisation_name"] == "partly"
    assert levels(compared(one, other, learned))["organisation_name"] == "different"
    assert levels(compared(one, short, ORGANISATIONS))["organisation_name"] == "within"
    assert levels(compared(one, short, learned))["organisation_name"] == "near"
    assert learned.preparation == ORGANISATIONS.preparation, "no key and nothing prepared changes"


@pytest.mark.parametrize(
    "text",
    [
        "Nordlicht Bau GmbH t/a Sonnenhaus",
        "Nordlicht Bau trading as Sonnenhaus",
        "NORDLICHT BAU D/B/A SONNENHAUS",
        "Sonnenhaus GmbH, vormals Nordlicht Bau GmbH",
        "Sonnenhaus (formerly Nordlicht Bau)",
    ],
)
def test_two_names_in_one_text_are_two_names(text):
    two = organisation(organisation_name=text)
    for name in ("Nordlicht Bau", "Sonnenhaus GmbH"):
        assert (
            levels(compared(two, organisation(organisation_name=name), ORGANISATIONS))["organisation_name"] == "exact"
        )


def test_a_name_that_only_looks_like_two_stays_one():
    for text in ("Adba Bau GmbH", "Taste of Asia", "Vormalser Hof"):
        assert len(organisation(organisation_name=text).organisations) == 1
