"""The error contract: what is malformed, foreign or not offered, at every endpoint alike."""

import json

import pytest
from django.core.management import call_command
from django.test import Client as Browser

from customers.models import SourceRecord
from tests.api.conftest import ANN, Client, client_of, record
from tests.support.people import make_user

READS = ["customers/", "candidates/", "crosswalk/?source=shop&key=1", "consents/", "purposes/", "notices/"]
WRITES = [
    "records/", "customers/search/", "identify/", "crosswalk/", "merges/", "unmerges/", "decisions/", "consents/",
    "consent/check/", "consent/stop-links/", "consent/activity/",
]  # fmt: skip
BROKEN = [
    "", "{", "[", "nul", "[1,]", '{"a": 1, "a": 2}', '{"a": NaN}', '{"a": Infinity}', '{"a": 1e400}', "[" * 100_000,
    '{"a":' * 40 + "1" + "}" * 40, '{"a": "x\\u0000y"}', '{"a": "\\ud800"}', '{"a": "\\u202eb"}',
    '{"a": ' + "9" * 5000 + "}", '"text"', "7", "null", "true", "[[]]", "[null]",
]  # fmt: skip
FOREIGN = [
    "text/plain", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded", "application/xml",
    "application/json; charset=utf-7", "application/json; charset=utf-16",
]  # fmt: skip
NOBODY = "01890000-0000-7000-8000-000000000000"


def is_problem(answer, status):
    body = answer.json()
    return (
        answer.status_code == status
        and answer["Content-Type"] == "application/problem+json"
        and body["status"] == status
        and {"type", "title", "detail"} <= body.keys()
    )


@pytest.fixture
def anyone(north):
    """Holds every verb that an endpoint asks for."""
    return client_of(make_user("data owner", "lead", "consumer", domain=north))


def post_text(client, path, text, content_type="application/json"):
    return client.generic("POST", f"/api/v1/{path}", text, content_type=content_type)


class TestSignedIn:
    @pytest.mark.parametrize("path", [*READS, f"customers/{NOBODY}/", "nowhere/"])
    def test_nobody_reads_anything(self, db, path):
        answer = Client().get(f"/api/v1/{path}")
        assert is_problem(answer, 404 if path == "nowhere/" else 401)

    @pytest.mark.parametrize("path", WRITES)
    def test_nobody_writes_anything(self, db, path):
        answer = Client().send(path, {})
        assert is_problem(answer, 401)
        assert answer["WWW-Authenticate"] == "Bearer"

    @pytest.mark.parametrize("token", ["Bearer nonsense", "Bearer", "Bearer a b", "bearer é"])
    def test_a_wrong_token_is_not_signed_in(self, db, token):
        headers = {"Authorization": token.encode().decode("latin-1")}
        assert is_problem(Client().get("/api/v1/customers/", headers=headers), 401)

    def test_a_person_with_a_session_reads(self, north):
        client = Client(enforce_csrf_checks=True)
        client.force_login(make_user("reader", domain=north), backend="django.contrib.auth.backends.ModelBackend")
        assert client.at("customers/").status_code == 200

    def test_a_session_without_its_form_token_writes_nothing(self, north):
        client = Client(enforce_csrf_checks=True)
        client.force_login(make_user("data owner", domain=north), backend="django.contrib.auth.backends.ModelBackend")
        assert is_problem(client.send("records/", record("shop", "1", ANN)), 403)
        assert not SourceRecord.objects.exists()

    def test_a_session_with_its_form_token_writes(self, north):
        client = Client(enforce_csrf_checks=True)
        client.force_login(make_user("data owner", domain=north), backend="django.contrib.auth.backends.ModelBackend")
        client.get("/password/")
        token = client.cookies["csrf"].value
        assert client.send("records/", record("shop", "1", ANN), **{"X-CSRFToken": token}).status_code == 200

    def test_a_token_opens_no_page_of_the_stewards(self, north, consumer):
        for path in ("/", "/customers/", "/review/"):
            assert consumer.get(path).status_code == 302
        browser = Browser()
        browser.force_login(make_user("consumer", domain=north), backend="django.contrib.auth.backends.ModelBackend")
        assert browser.get("/customers/").status_code == 302

    def test_a_consumer_decides_nothing(self, consumer):
        assert consumer.send("records/", record("shop", "1", ANN)).status_code == 403


class TestAddresses:
    @pytest.mark.parametrize("path", ["nowhere/", "customers/nobody/", "customers/1/", f"customers/{NOBODY}/nothing/"])
    def test_an_unknown_address_is_a_problem_document(self, anyone, path):
        assert is_problem(anyone.at(path), 404)

    @pytest.mark.parametrize("path", ["customers/", "candidates/", "crosswalk/", f"customers/{NOBODY}/"])
    def test_an_unknown_parameter_is_malformed(self, anyone, path):
        asked = ["is_superuser=1", "customer__password=x", "name__regex=(a%2B)%2B$", "_connector=OR", "ordering=values",
                 "offset=5000000", "format=xml"]  # fmt: skip
        told = {query: anyone.get(f"/api/v1/{path}?{query}") for query in asked}
        assert [query for query, answer in told.items() if not is_problem(answer, 400)] == []

    @pytest.mark.parametrize("query", ["page_size=0", "page_size=-5", "page_size=1000000", "page_size=x", "cursor=x",
                                       "cursor=MQ:1abc:zzz", "cursor=999", "page=2", "party_type=robot",
                                       "status=active&status=retired"])  # fmt: skip
    def test_a_page_is_asked_for_properly(self, anyone, query):
        answer = anyone.get(f"/api/v1/customers/?{query}")
        assert is_problem(answer, 400)
        assert "robot" not in answer.content.decode()

    @pytest.mark.parametrize("query", ["source=shop&key=a%00b", "key=%00", "source=%ED%A0%80&key=1"])
    def test_a_nul_or_half_a_letter_in_an_address_is_malformed(self, anyone, query):
        answer = anyone.get(f"/api/v1/crosswalk/?{query}")
        assert answer.status_code in (400, 404)
        assert answer["Content-Type"] == "application/problem+json"

    def test_ten_thousand_parameters_are_malformed(self, anyone):
        assert is_problem(anyone.get("/api/v1/customers/?" + "&".join(f"p{n}=1" for n in range(10_000))), 400)

    @pytest.mark.parametrize(
        ("path", "allowed"),
        [("records/", "POST"), ("customers/", "GET, HEAD"), (f"customers/{NOBODY}/", "GET, HEAD"), ("merges/", "POST"),
         ("crosswalk/", "GET, POST, HEAD"), ("records/shop/1/", "DELETE"), ("identify/", "POST")],
    )  # fmt: skip
    def test_a_method_that_is_not_offered_names_those_that_are(self, anyone, path, allowed):
        for method in ("PUT", "PATCH", "TRACE", "OPTIONS", "MADEUP"):
            answer = anyone.generic(method, f"/api/v1/{path}")
            assert is_problem(answer, 405)
            assert set(answer["Allow"].split(", ")) == set(allowed.split(", "))

    def test_a_method_in_a_header_is_not_heeded(self, anyone):
        answer = anyone.send("customers/", {}, **{"X-HTTP-Method-Override": "GET"})
        assert answer.status_code == 405

    def test_nothing_is_kept_by_caches(self, anyone):
        assert anyone.at("customers/")["Cache-Control"] == "no-store"


class TestBodies:
    @pytest.mark.parametrize("path", WRITES)
    def test_what_is_no_proper_json_is_malformed(self, anyone, path):
        told = {text[:40]: post_text(anyone, path, text) for text in BROKEN}
        assert [text for text, answer in told.items() if not is_problem(answer, 400)] == []

    @pytest.mark.parametrize("path", WRITES)
    def test_only_json_in_utf_8_is_taken(self, anyone, path):
        told = {kind: post_text(anyone, path, "{}", kind) for kind in FOREIGN}
        assert [kind for kind, answer in told.items() if not is_problem(answer, 415)] == []

    def test_a_body_over_the_cap_is_too_large(self, anyone):
        assert is_problem(post_text(anyone, "records/", '"' + "x" * (10 * 1024 * 1024 + 10) + '"'), 413)

    @pytest.mark.parametrize("field", "customer domain status placed_at version is_superuser id about raw".split())
    def test_a_field_that_is_not_asked_for_is_refused_and_not_dropped(self, owner, field):
        answer = owner.send("records/", {**record("shop", "1", ANN), field: 1})
        assert is_problem(answer, 400)
        assert list(answer.json()["errors"]) == [field]
        assert not SourceRecord.objects.exists()

    def test_an_attribute_that_nobody_knows_is_refused_by_name(self, owner):
        answer = owner.send("records/", record("shop", "1", {**ANN, "shoe_size": "44"}))
        assert is_problem(answer, 422)
        assert answer.json()["errors"] == [
            {"field": "shoe_size", "code": "unknown", "message": answer.json()["errors"][0]["message"]}
        ]

    @pytest.mark.parametrize(
        "change",
        [{"source": None}, {"source": 7.5, "key": ["1"]}, {"key": ""}, {"key": "x" * 201}, {"key": True},
         {"values": []}, {"values": "x"}, {"values": None}, {"observed_at": "yesterday"}, {"observed_at": 2**63},
         {"party_type": "robot"}, {"source": "no slug!"}, {"observed_at": "0001-01-01T00:00:00+23:59"}],
    )  # fmt: skip
    def test_a_field_of_the_wrong_kind_is_malformed_and_never_repeated(self, owner, change):
        answer = owner.send("records/", {**record("shop", "1", ANN), **change})
        assert is_problem(answer, 400)
        for sent in ("robot", "yesterday", "no slug!"):
            assert sent not in answer.content.decode()

    @pytest.mark.parametrize(
        "values",
        [{"email": [{"value": "a@b@c"}]}, {"email": [{"value": "ann@x.example\r\nBcc: b@x.example"}]},
         {"email": [{"value": "a" * 300 + "@x.example"}]}, {"phone": [{"value": "9" * 40}]},
         {"birth_date": "1954-13-45"}, {"birth_date": True}, {"given_name": ["a", "b"]}, {"given_name": {"a": 1}},
         {"given_name": "\u200b\u200b"}, {"address": [{"line1": "x", "colour": "red"}]}, {"address": [True]},
         {"identifier": [{"value": "7364009"}]}, {"email": [{"value": f"a{n}@x.example"} for n in range(60)]}, {}],
    )  # fmt: skip
    def test_a_value_that_no_record_can_have_is_refused_per_field(self, owner, values):
        answer = owner.send("records/", record("shop", "1", values, party_type="person"))
        assert is_problem(answer, 422)
        assert answer.json()["errors"]
        assert not SourceRecord.objects.exists()

    def test_twins_in_other_normal_forms_are_one_value(self, owner):
        one = {"given_name": "Ren\u00e9e", "family_name": "W\u00f6lfing"}
        other = {"given_name": "Rene\u0301e", "family_name": "Wo\u0308lfing"}
        owner.send("records/", record("shop", "1", one))
        assert owner.send("records/", record("shop", "1", other)).json()["outcome"] == "unchanged"


class TestSchema:
    def test_it_describes_every_endpoint_and_the_catalogue(self, anyone):
        answer = anyone.get("/api/v1/schema/", headers={"Accept": "application/vnd.oai.openapi+json"})
        schema = json.loads(answer.content)
        assert {path.removeprefix("/api/v1/") for path in schema["paths"]} >= {
            "records/", "records/{source}/{key}/", "customers/", "customers/{key}/", "customers/{key}/records/",
            "customers/{key}/history/", "customers/search/", "crosswalk/", "identify/", "candidates/", "merges/",
            "unmerges/",
        }  # fmt: skip
        values = schema["components"]["schemas"]["CustomerOut"]["properties"]["values"]["properties"]
        assert values["email"]["type"] == "array"
        assert values["birth_date"]["format"] == "date"

    def test_its_generator_has_nothing_to_warn_of_and_the_document_is_valid(self, db, tmp_path):
        file = tmp_path / "schema.yaml"
        call_command("spectacular", validate=True, fail_on_warn=True, file=str(file))
        assert file.read_text().startswith("openapi: 3")

    def test_the_page_of_the_documentation_loads_from_here_only(self, anyone):
        answer = anyone.get("/api/v1/docs/", headers={"Accept": "text/html"})
        assert answer.status_code == 200
        assert "https://" not in answer.content.decode()
