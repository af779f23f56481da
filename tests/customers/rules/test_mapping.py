from datetime import UTC, datetime

import pytest

from customers.rules.applying import Bound, apply
from customers.rules.guessing import date_order, guess
from customers.rules.mapping import BadMapping, Mappable, Mapping, check, moment, party_type
from customers.rules.synonyms import WORDS

SINGLE = (
    "given_name middle_name family_name suffix full_name organisation_name legal_form birth_date gender nationality"
)
CATALOGUE = [
    *[Mappable(name, "date" if name == "birth_date" else "text") for name in SINGLE.split()],
    *[Mappable(name, name, many=True) for name in ("email", "phone", "address", "identifier")],
    *[Mappable(name, many=True) for name in ("language", "website")],
]


def mapping(columns, key="id", header=None, **more):
    return Mapping.from_dict({"key": key, "columns": columns, **more}, CATALOGUE, header)


def faults(content, header=None):
    with pytest.raises(BadMapping) as caught:
        Mapping.from_dict(content, CATALOGUE, header)
    return {(fault.code, fault.column or fault.path) for fault in caught.value.faults}


class TestChecking:
    def test_every_fault_is_told_at_once(self):
        columns = {"a": "shoe_size", "b": "given_name", "c": "given_name", "d": "address.line1.x"}
        content = {"columns": columns, "date_order": "ydm", "constants": {"colour": "red", "gender": 1}}
        assert faults(content, ["a", "b", "c"]) == {
            ("key_missing", ""), ("column_absent", "d"), ("path_unknown", "a"), ("path_unknown", "d"),
            ("path_twice", "c"), ("path_unknown", "colour"), ("constant", "gender"), ("date_order", ""),
        }  # fmt: skip

    def test_a_misspelt_part_and_a_type_of_party_that_is_none_are_told(self):
        said = {"key": "nr", "columns": {"a": "gender"}}
        assert faults({**said, "dateorder": "dmy"}) == {("shape", "")}
        assert faults({**said, "constants": {"party_type": "robot"}}) == {("party_type", "party_type")}

    def test_a_key_column_that_the_file_lacks_is_told(self):
        assert faults({"key": "nr", "columns": {"a": "gender"}}, ["a"]) == {("key_absent", "nr")}

    @pytest.mark.parametrize(
        "path", ["identifier", "address", "address.planet", "email.planet", "gender.home", "closed.x"]
    )
    def test_a_path_must_be_one_of_the_catalogue(self, path):
        assert faults({"key": "id", "columns": {"a": path}}) == {("path_unknown", "a")}

    def test_a_many_valued_path_takes_several_columns(self):
        columns = {"m1": "email", "m2": "email", "w": "email.work", "s1": "identifier.ssn", "s2": "identifier.ssn"}
        assert len(mapping(columns).columns) == 5

    def test_a_mapping_survives_being_stored(self):
        content = {"key": "id", "columns": {"a": "address.billing.city"}, "constants": {}, "date_order": "dmy"}
        content["on_fault"] = "refuse"
        assert Mapping.from_dict(content, CATALOGUE).to_dict() == content

    def test_what_happens_on_a_fault_is_one_of_two(self):
        content = {"key": "id", "columns": {"a": "address.billing.city"}, "on_fault": "guess"}
        assert [fault.code for fault in check(content, CATALOGUE)] == ["on_fault"]


class TestApplying:
    def test_a_row_becomes_values_in_the_shape_of_records(self):
        header = ["id", "n", "mail", "mob", "street", "town", "bill_town", "ssn", "seen"]
        columns = {
            "n": "family_name", "mail": "email.home", "mob": "phone.mobile", "street": "address.line1",
            "town": "address.city", "bill_town": "address.billing.city", "ssn": "identifier.ssn", "seen": "observed_at",
        }  # fmt: skip
        row = [" 7 ", " Meyer ", "a@x.example", "0151", "Weg 1", "Ulm", "Bonn", "123", "2024-05-06T07:08:09Z"]
        found = apply(mapping(columns, header=header), header, row)
        assert (found.key, found.party_type, found.faults) == ("7", "person", ())
        assert found.observed_at == datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)
        assert found.values == {
            "family_name": "Meyer",
            "email": [{"value": "a@x.example", "kind": "home"}],
            "phone": [{"value": "0151", "kind": "mobile"}],
            "address": [{"line1": "Weg 1", "city": "Ulm"}, {"kind": "billing", "city": "Bonn"}],
            "identifier": [{"value": "123", "scheme": "ssn"}],
        }

    def test_empty_cells_leave_nothing(self):
        header = ["id", "n", "c"]
        assert apply(mapping({"n": "gender", "c": "address.city"}), header, ["1", " ", ""]).values == {}

    @pytest.mark.parametrize(
        ("header", "row", "line1"),
        [
            (["id", "no", "street"], ["1", "48", "goldfinch circuit"], "48 goldfinch circuit"),
            (["id", "street", "no"], ["1", "Hauptstr.", "48"], "Hauptstr. 48"),
            (["id", "street", "no"], ["1", "", "48"], "48"),
        ],
    )
    def test_a_house_number_joins_its_street_as_the_columns_stand(self, header, row, line1):
        columns = {"no": "address.house_number", "street": "address.line1"}
        assert apply(mapping(columns), header, row).values == {"address": [{"line1": line1}]}

    def test_two_columns_of_a_family_name_are_one_name(self):
        bound = Bound(mapping({"a": "family_name", "b": "family_name"}), ["id", "a", "b"])
        names = [bound.apply(["1", *both]).values.get("family_name") for both in (("García", "López"), ("", "Ruiz"))]
        assert names == ["García López", "Ruiz"]

    def test_year_month_and_day_are_one_date(self):
        columns = {"d": "birth_date.day", "m": "birth_date.month", "y": "birth_date.year"}
        header = ["id", "d", "m", "y"]
        assert apply(mapping(columns), header, ["1", "3", "4", "1954"]).values == {"birth_date": "1954-4-3"}

    def test_a_constant_stands_in_only_where_the_row_says_nothing(self):
        constants = {"address.country": "DE", "language": "de", "nationality": "DE"}
        bound = Bound(mapping({"c": "address.city", "n": "nationality"}, constants=constants), ["id", "c", "n"])
        assert bound.apply(["1", "Ulm", "FR"]).values == {
            "address": [{"city": "Ulm", "country": "DE"}], "language": [{"value": "de"}], "nationality": "FR",
        }  # fmt: skip
        assert "address" not in bound.apply(["1", "", ""]).values

    def test_a_row_without_a_key_or_with_an_unreadable_time_says_so(self):
        bound = Bound(mapping({"t": "observed_at", "p": "party_type"}), ["id", "t", "p"])
        found = bound.apply(["", "yesterday", "robot"])
        assert [fault.code for fault in found.faults] == ["key_empty", "observed_at", "party_type"]
        assert "yesterday" not in " ".join(fault.message for fault in found.faults)

    def test_a_record_that_its_source_closed_is_marked(self):
        bound = Bound(mapping({"x": "closed"}), ["id", "x"])
        assert [bound.apply(["1", said]).closed for said in ("yes", "", "0")] == [True, False, False]

    def test_the_party_type_is_told_or_constant_or_seen(self):
        firm = {"organisation_name": "Meyer GmbH"}
        assert party_type(firm, {}) == "organisation"
        assert party_type({**firm, "family_name": "Meyer"}, {}) == "person"
        assert party_type({"full_name": "x"}, {"party_type": "organisation"}) == "organisation"
        assert party_type(firm, {"party_type": "organisation"}, "Person") == "person"

    def test_a_time_is_read_in_the_order_of_the_file_and_is_utc_without_a_zone(self):
        assert moment("03.04.2024 10:30", "dmy") == datetime(2024, 4, 3, 10, 30, tzinfo=UTC)
        assert moment("03/04/2024", "mdy") == datetime(2024, 3, 4, tzinfo=UTC)
        assert moment("31.02.2024", "dmy") is None


class TestGuessing:
    @pytest.mark.parametrize(
        ("header", "path"),
        [
            ("Surname", "family_name"), ("Nachname", "family_name"), ("Nom", "family_name"),
            ("apellidos", "family_name"),
            ("first name", "given_name"), ("Vorname", "given_name"), ("Prénom", "given_name"), ("nombre", "given_name"),
            ("soc_sec_id", "identifier.ssn"), ("DOB", "birth_date"), ("Geburtsdatum", "birth_date"),
            ("date de naissance", "birth_date"), ("Fecha de nacimiento", "birth_date"), ("PLZ", "address.postal_code"),
            ("Straße", "address.line1"), ("Code postal", "address.postal_code"), ("Población", "address.city"),
            ("customer_email", "email"), ("billing_city", "address.billing.city"),
            ("Rechnungs-Ort", "address.billing.city"),
            ("Téléphone portable", "phone.mobile"), ("Firma", "organisation_name"), ("phone2", "phone"),
            ("Site name", "organisation_name"), ("author", "full_name"), ("year of birth", "birth_date.year"),
            ("apellido2", "family_name"), ("achternaam", "family_name"), ("imię", "given_name"),
            ("kod pocztowy", "address.postal_code"), ("codice fiscale", "identifier.tax_id"),
            ("account_name", "organisation_name"), ("Handelsregisternummer", "identifier.registration"),
            ("NPI", "identifier.npi"), ("DUNS number", "identifier.duns"), ("first_nm", "given_name"),
        ],
    )  # fmt: skip
    def test_headers_of_four_languages_are_known(self, header, path):
        found = guess(["id", header], [], CATALOGUE)
        assert found.mapping["columns"][header] == path
        assert found.confidence[header] >= 0.8

    @pytest.mark.parametrize(
        ("header", "path"),
        [
            ("res_city_desc", "address.city"), ("FULL_PHONE_NUM", "phone"), ("customerZipCode", "address.postal_code"),
            ("prov_first_name", "given_name"), ("pat_last_name", "family_name"), ("hq_city", "address.city"),
            ("holder phone", "phone"), ("spouse_first_name", ""),
            ("date of first order", ""), ("place of birth", ""), ("email opt in", ""),
        ],
    )  # fmt: skip
    def test_words_that_only_qualify_a_header_are_passed_over(self, header, path):
        assert guess(["id", header], [], CATALOGUE).mapping["columns"][header] == path

    @pytest.mark.parametrize("header", ["name_suffix_lbl", "name_sfx", "Name suffix"])
    def test_the_suffix_of_a_voter_roll_is_known_by_its_header(self, header):
        assert guess(["id", header], [], CATALOGUE).mapping["columns"][header] == "suffix"

    def test_an_unknown_header_is_guessed_from_what_it_holds(self):
        rows = [[str(n), f"p{n}@x.example", f"+49 30 1234{n}", "blue", f"{1950 + n * 4}-03-17"] for n in range(10)]
        found = guess(["id", "q1", "q2", "q3", "q4"], rows, CATALOGUE)
        assert found.mapping["columns"] == {"q1": "email", "q2": "phone", "q3": "", "q4": "birth_date"}
        assert found.unmapped == ["q3"]
        assert found.confidence["q4"] < found.confidence["q1"] < 0.8

    def test_what_is_called_a_number_is_no_phone_and_what_began_otherwise_no_birth(self):
        header = ["id", "duty_no", "reach", "date_of_incorporation", "since"]
        rows = [[str(n), f"11-543-365{n}", f"11-543-365{n}", *[f"{1950 + n * 4}-03-17"] * 2] for n in range(10)]
        columns = guess(header, rows, CATALOGUE).mapping["columns"]
        assert columns == {"duty_no": "", "reach": "phone", "date_of_incorporation": "", "since": ""}

    def test_content_that_belies_its_header_is_doubted(self):
        rows = [[str(n), "no idea"] for n in range(5)]
        assert guess(["id", "email"], rows, CATALOGUE).confidence["email"] < 0.5

    def test_the_key_is_a_column_called_so_whose_cells_all_differ(self):
        rows = [["1", "a", "x"], ["1", "b", "y"]]
        assert guess(["id", "customer_no", "city"], rows, CATALOGUE).mapping["key"] == "customer_no"
        assert guess(["colour", "city"], rows, CATALOGUE).mapping["key"] == ""

    def test_what_numbers_the_rows_is_the_key_where_nothing_is_called_one(self):
        rows = [["c1", "g1", "0049 1", "A", "x"], ["c2", "g1", "0049 2", "B", "x"]]
        numbered = ["company_id", "household_no", "phone_no", "VAT_No", "city"]
        assert guess(numbered, rows, CATALOGUE).mapping["key"] == "company_id"
        assert guess(["voter reg num", *numbered[1:]], rows, CATALOGUE).mapping["key"] == "voter reg num"
        assert guess(numbered[1:], [row[1:] for row in rows], CATALOGUE).mapping["key"] == ""
        assert guess(numbered, [*rows, ["c2", "g2", "", "", ""]], CATALOGUE).mapping["key"] == ""
        assert guess(["group_id", *numbered[1:]], rows, CATALOGUE).mapping["key"] == ""
        assert guess(numbered, [], CATALOGUE).mapping["key"] == ""

    def test_one_single_valued_path_goes_to_the_surest_column(self):
        columns = guess(["id", "client_surname", "surname"], [], CATALOGUE).mapping["columns"]
        assert columns == {"client_surname": "", "surname": "family_name"}

    @pytest.mark.parametrize(
        ("header", "names", "path"),
        [
            ("name", ["Cafe Roma", "Palm Grill", "Art's Deli", "Campanile"], "organisation_name"),
            ("name", ["Anna Bergmann", "Juan Garcia", "Wei Zhang", "Hotel Adler"], "full_name"),
            ("name,dob", ["Cafe Roma", "Palm Grill", "Art's Deli", "Campanile"], "full_name"),
            ("name,legal_form", ["Anna Bergmann", "Palm", "Art", "Campanile"], "organisation_name"),
            ("name,surname", ["Anna", "Jean Paul", "Wei", "Juan", "Li"], "given_name"),
            ("name,surname", ["Anna Roth", "Juan Garcia", "Wei Zhang"], "full_name"),
        ],
    )
    def test_names_are_of_organisations_where_their_words_say_so_and_nothing_speaks_of_persons(
        self, header, names, path
    ):
        columns = ["id", *header.split(",")]
        rows = [[str(n), name, "1970-01-01"][: len(columns)] for n, name in enumerate(names)]
        assert guess(columns, rows, CATALOGUE).mapping["columns"]["name"] == path

    def test_a_whole_address_stands_for_the_street_or_beside_it(self):
        assert guess(["id", "full_address"], [], CATALOGUE).mapping["columns"] == {"full_address": "address.line1"}
        beside = guess(["id", "ADDR_FULL", "ADDR_LINE1"], [], CATALOGUE).mapping["columns"]
        assert beside == {"ADDR_FULL": "address.other.line1", "ADDR_LINE1": "address.line1"}

    def test_a_full_name_may_stand_in_two_columns_and_the_first_that_is_filled_counts(self):
        header = ["id", "name", "native_name"]
        found = Mapping.from_dict(guess(header, [], CATALOGUE).mapping, CATALOGUE, header)
        assert apply(found, header, ["1", "", "王杰"]).values == {"full_name": "王杰"}
        assert apply(found, header, ["1", "Jie Wang", "王杰"]).values == {"full_name": "Jie Wang"}

    @pytest.mark.parametrize(
        ("cells", "order"),
        [
            (["17.03.1954", "01.02.1960"], "dmy"), (["03/17/1954"], "mdy"), (["19540317"], "ymd"),
            (["01/02/1960"], ""), (["17/03/1954", "03/17/1954"], ""), (["1954-03-17"], "ymd"), ([], ""),
            (["1954-03-17", "03/17/1954"], "mdy"), ([*["03/17/1954"] * 21, "17/03/1954"], "mdy"),
        ],
    )  # fmt: skip
    def test_a_date_order_is_guessed_only_when_there_is_one_reading(self, cells, order):
        assert date_order([cells]) == order

    def test_a_guess_is_a_usable_mapping(self):
        header = ["Kundennummer", "Nachname", "E-Mail", "Geburtsdatum"]
        found = guess(header, [["1", "Meyer", "a@x.example", "17.03.1954"]], CATALOGUE)
        assert Mapping.from_dict(found.mapping, CATALOGUE, header).date_order == "dmy"

    def test_a_header_word_stands_under_one_path(self):
        words = [word for text in WORDS.values() for word in text.split()]
        assert len(words) == len(set(words))
