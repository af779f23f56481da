"""What the API takes, and how it says no."""

import io
import json
from datetime import timedelta

import pytest
from django.core import signing

from cmdm import clock, datamap
from cmdm.actions.users import change_user, issue_token, revoke_token
from cmdm.models import ApiToken, Domain, IdempotencyKey, system_user
from tests.kit.making import make_domain, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.kit.echo")]


@pytest.fixture
def consumer():
    return make_user("shop", kind="consumer")


@pytest.fixture
def token(consumer):
    return issue_token(actor=system_user(), user=consumer, label="tests")


@pytest.fixture
def send(client, token):
    """`send(body, …)` to the echo; bytes and text go as they are."""

    def sent(body, path="/api/v1/echo/", content_type="application/json", **headers):
        content = body if isinstance(body, bytes) else (body if isinstance(body, str) else json.dumps(body)).encode()
        headers = {"Authorization": f"Bearer {token}"} | headers
        return client.generic("POST", path, content, content_type=content_type, headers=headers)

    return sent


@pytest.fixture
def read(client, token):
    return lambda path: client.get(path, headers={"Authorization": f"Bearer {token}"})


def problem(answer, status):
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"].startswith("application/problem+json")
    body = json.loads(answer.content)
    assert body["status"] == status and body["title"] and body["detail"]
    return body


class TestBodies:
    def test_what_is_well_formed_comes_through_as_nfc(self, send):
        assert send({"name": "Cafe\u0301 王小明", "n": [1, 2.5, None, True]}).json() == {
            "name": "Café 王小明",
            "n": [1, 2.5, None, True],
        }

    MALFORMED = {
        "NUL": '{"a": "x\\u0000y"}',
        "NUL in a name": '{"a\\u0000": 1}',
        "half a surrogate pair": '{"a": "\\ud800"}',
        "a surrogate in a name": '{"\\udfff": 1}',
        "a control of direction": '{"a": "\\u202eevil"}',
        "an isolate": '{"a": "\\u2066x"}',
        "NaN": '{"a": NaN}',
        "Infinity": '{"a": -Infinity}',
        "a number out of range": '{"a": 1e400}',
        "5000 digits": '{"a": ' + "9" * 5000 + "}",
        "a name twice": '{"a": 1, "a": 2}',
        "a name twice inside": '[{"b": {"a": 1, "a": 1}}]',
        "100000 levels": "[" * 100_000 + "]" * 100_000,
        "100000 levels of objects": '{"a":' * 100_000,
        "33 levels": "[" * 33 + "]" * 33,
        "half a text": '{"a": "x',
        "a comma too many": '{"a": 1,}',
        "single quotes": "{'a': 1}",
    }

    @pytest.mark.parametrize("fault", MALFORMED)
    def test_malformed_bodies_are_400(self, send, fault):
        problem(send(self.MALFORMED[fault]), 400)

    def test_brackets_in_a_text_are_no_depth(self, send):
        assert send({"a": '["\\' + "[" * 500}).status_code == 200
        assert send("[" * 32 + "]" * 32).status_code == 200

    @pytest.mark.parametrize("body", [b'{"a": "\xff"}', b'\xff\xfe{\x00"\x00a\x00', b'{"a": "\xc0\xaf"}'])
    def test_what_is_not_utf8_is_400(self, send, body):
        problem(send(body), 400)

    @pytest.mark.parametrize(
        "content_type",
        [
            "text/plain",
            "multipart/form-data; boundary=x",
            "application/x-www-form-urlencoded",
            "application/xml",
            "application/json; charset=utf-16",
            "application/json; charset=utf-7",
            "application/json; charset=latin-1",
            "application/json; charset=klingon",
        ],
    )
    def test_other_media_types_and_charsets_are_415(self, send, content_type):
        problem(send('{"a": 1}', content_type=content_type), 415)

    @pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", 'application/json; charset="UTF-8"'])
    def test_utf8_may_be_named(self, send, content_type):
        assert send('{"a": 1}', content_type=content_type).status_code == 200

    def test_a_body_over_the_cap_is_413(self, send, settings):
        settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000
        problem(send({"a": "x" * 1_000}), 413)
        assert send({"a": "x" * 900}).status_code == 200

    def test_a_body_without_a_length_is_not_read_at_all(self, client, token):
        endless = io.BytesIO(b'{"a": "' + b"x" * 5_000 + b'"}')
        answer = client.generic(
            "POST",
            "/api/v1/echo/",
            content_type="application/json",
            headers={"Authorization": f"Bearer {token}", "Transfer-Encoding": "chunked"},
            **{"wsgi.input": endless, "wsgi.input_terminated": True, "CONTENT_LENGTH": ""},
        )
        assert (answer.json(), endless.tell()) == ({}, 0)

    def test_an_answer_never_echoes_what_was_wrong(self, send):
        for body in ('{"a": "Ann Example\\u0000"}', '{"a": "Ann Example'):
            assert b"Example" not in send(body).content


class TestMethodsAndQueries:
    @pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE", "OPTIONS", "GET", "FROB"])
    def test_a_verb_that_is_not_offered_is_405(self, client, token, method):
        answer = client.generic(method, "/api/v1/echo/", headers={"Authorization": f"Bearer {token}"})
        problem(answer, 405)
        assert "POST" in answer["Allow"]

    @pytest.mark.parametrize("header", ["X-HTTP-Method-Override", "X-Method-Override"])
    def test_a_header_does_not_change_the_verb(self, send, header):
        assert send({"a": 1}, **{header: "DELETE"}).json() == {"a": 1}

    @pytest.mark.parametrize("query", ["q=a%00b", "%00=1", "page_size=1%00"])
    def test_nul_in_a_query_is_400(self, read, query):
        assert read(f"/api/v1/pages/?{query}").status_code == 400

    def test_nul_in_a_pages_query_is_400(self, client):
        assert client.get("/sign-in/?next=%00").status_code == 400

    def test_ten_thousand_parameters_are_400(self, read):
        assert read("/api/v1/pages/?" + "&".join(f"a{n}=1" for n in range(10_000))).status_code == 400

    @pytest.mark.parametrize(
        "query",
        [
            "page=2",
            "page=-1",
            "offset=5000000",
            "ordering=actor__password",
            "actor__password__startswith=p",
            "deed__regex=(a%2B)%2B$",
            "_connector=OR",
            "page_size=0",
            "page_size=-5",
            "page_size=201",
            "page_size=1000000",
            "page_size=1e2",
            "page_size=٣",
            "page_size=",
            "page_size=5&page_size=6",
            "cursor=1",
            "cursor=abc:def:ghi",
        ],
    )
    def test_what_no_endpoint_declares_is_400(self, read, query):
        problem(read(f"/api/v1/pages/?{query}"), 400)


class TestPages:
    def test_pages_hold_every_row_once_in_order(self, read):
        for number in range(5):
            make_domain(f"d{number}")
        seen, query = [], "page_size=2"
        for _ in range(20):
            body = read(f"/api/v1/pages/?{query}").json()
            assert len(body["results"]) <= 2
            seen += [row["id"] for row in body["results"]]
            if body["next"] is None:
                break
            query = f"page_size=2&cursor={body['next']}"
        assert len(seen) >= 6 and seen == sorted(set(seen))

    def test_a_cursor_that_was_tampered_with_or_made_for_something_else_is_400(self, read):
        make_domain()
        cursor = read("/api/v1/pages/?page_size=1").json()["next"]
        for wrong in (
            cursor[:-2] + "xx",
            "x" + cursor,
            signing.dumps(1, salt="page"),
            signing.dumps([1], salt="keyset"),
        ):
            problem(read(f"/api/v1/pages/?cursor={wrong}"), 400)


class TestTokens:
    def test_without_a_token_it_is_401_and_says_how(self, client):
        answer = client.post("/api/v1/echo/", "{}", content_type="application/json")
        problem(answer, 401)
        assert answer["WWW-Authenticate"].startswith("Bearer")

    def test_a_token_is_stored_as_its_digest_only(self, token):
        row = ApiToken.objects.get()
        assert token.encode() not in bytes(row.digest) and len(bytes(row.digest)) == 32

    @pytest.mark.parametrize("header", ["Bearer", "Bearer x y", "Bearer wrong", "bearer \xff", "Bearer cmdm_"])
    def test_a_wrong_token_is_401(self, client, token, header):
        problem(
            client.post("/api/v1/echo/", "{}", content_type="application/json", headers={"Authorization": header}), 401
        )

    def test_an_expired_one_is_401(self, send, token):
        assert send({}).status_code == 200
        ApiToken.objects.update(expires_at=clock.now() - timedelta(seconds=1))
        problem(send({}), 401)

    def test_a_revoked_one_is_401(self, send, token):
        revoke_token(ApiToken.objects.get(), actor=system_user())
        problem(send({}), 401)

    def test_one_of_a_user_who_was_switched_off_is_401(self, send, consumer):
        change_user(consumer, actor=system_user(), display_name="", email="", is_active=False)
        problem(send({}), 401)

    def test_a_token_opens_no_page(self, client, token):
        assert client.get("/", headers={"Authorization": f"Bearer {token}"}).status_code == 302

    def test_a_session_needs_its_csrf_token_to_write(self, django_user_model):
        from django.test import Client

        strict = Client(enforce_csrf_checks=True)
        strict.force_login(make_user("rita"), backend="django.contrib.auth.backends.ModelBackend")
        answer = strict.post("/api/v1/echo/", "{}", content_type="application/json")
        problem(answer, 403)


class TestRefusals:
    def test_a_refusal_is_409_with_its_facts(self, send):
        body = problem(send({"refuse": True}, "/api/v1/adding/"), 409)
        assert (body["detail"], body["until"], body["code"]) == ("Not now.", "noon", "refused")

    def test_wrong_fields_are_422_by_name(self, send):
        assert problem(send({"invalid": True}, "/api/v1/adding/"), 422)["errors"] == {"name": ["It has no vowel."]}

    def test_an_unknown_address_is_404(self, read):
        problem(read("/api/v1/nothing/"), 404)


class TestIdempotency:
    def add(self, send, key, body):
        return send(body, "/api/v1/adding/", **{"Idempotency-Key": key})

    def test_a_repeat_gets_the_same_answer_and_has_no_effect(self, send):
        first = self.add(send, "k-1", {"key": "north"})
        again = self.add(send, "k-1", {"key": "north"})
        assert (first.status_code, again.status_code) == (201, 201)
        assert first.json() == again.json()
        assert again["Idempotent-Replay"] == "true"
        assert Domain.objects.filter(key="north").count() == 1

    def test_another_body_under_the_same_key_is_422(self, send):
        self.add(send, "k-1", {"key": "north"})
        problem(self.add(send, "k-1", {"key": "south"}), 422)
        assert not Domain.objects.filter(key="south").exists()

    def test_a_refusal_is_an_answer_too_and_leaves_nothing(self, send):
        first = problem(self.add(send, "k-1", {"refuse": True}), 409)
        assert problem(self.add(send, "k-1", {"refuse": True}), 409) == first
        assert not Domain.objects.filter(key="half").exists()

    def test_keys_of_two_clients_are_two_keys(self, send, client):
        self.add(send, "k-1", {"key": "north"})
        other = issue_token(actor=system_user(), user=make_user("till", kind="consumer"))
        answer = client.post(
            "/api/v1/adding/",
            json.dumps({"key": "south"}),
            content_type="application/json",
            headers={"Authorization": f"Bearer {other}", "Idempotency-Key": "k-1"},
        )
        assert answer.status_code == 201

    def test_after_a_day_the_key_is_free_again(self, send):
        self.add(send, "k-1", {"key": "north"})
        with clock.at(clock.now() + timedelta(hours=25)):
            assert self.add(send, "k-1", {"key": "south"}).status_code == 201

    @pytest.mark.parametrize("key", ["", "x" * 101, "caf\xe9", "a\tb"])
    def test_a_malformed_key_is_400(self, send, key):
        problem(self.add(send, key, {"key": "north"}), 400)

    def test_the_kept_answer_is_sealed(self, send):
        self.add(send, "k-1", {"key": "north"})
        assert b'"id"' not in bytes(IdempotencyKey.objects.get().body)


def test_the_data_map_knows_every_column():
    assert datamap.undeclared() == []
