"""One customer with words that occur nowhere else, through every part of the hub.

They lie where the data map says that such data lie, and nowhere else: not in the columns that hold ids and codes, not
inside what is sealed, not in a log, not in the answer to a mistake.
"""

import io
import logging
from itertools import groupby

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.urls import reverse

from cmdm import datamap, jobs
from cmdm.datamap import Kind
from consent.actions import claims, proof
from consent.actions.on_behalf import record_on_behalf
from consent.models import SubjectRequest
from consent.queries.portal_data import holdings
from consent.rules.importing import Claim
from customers.actions import corrections, export_files, pins
from customers.models import RejectedRow
from stewardship.actions import notes, tasks
from stewardship.models import Task
from tests.api.conftest import client_of
from tests.consent.portal import make_account, sign_in
from tests.consent.scene import make_notice, make_purpose
from tests.customers import files
from tests.portal.visitor import Visitor
from tests.support.people import make_domain, make_user
from tests.support.records import now, person, seen, stored

pytestmark = pytest.mark.django_db
WORD, NUMBER = "quizzard", "7655533221"
MAIL = "quizzard@quizzards.example"
QUIZZARD = person("Quizzardine", "Quizzardsen", "1951-07-29", MAIL, phone=[{"value": f"+491{NUMBER}"}])
HOUSE = {"line1": "Quizzardgasse 7", "city": "Quizzardhausen", "country": "DE"}
SIMILAR = person("Quizzardina", "Quizzardsen", "1951-07-20", "q@quizzards.example", address=[HOUSE])
SAID = {Kind.PERSONAL, Kind.SENSITIVE, Kind.FREE_TEXT, Kind.CATALOGUE}


@pytest.fixture
def logged():
    """Everything that is logged meanwhile, as the hub writes it."""
    chosen = dict(settings.LOGGING["formatters"]["json"])
    handler = logging.StreamHandler(io.StringIO())
    handler.setFormatter(chosen.pop("()")(**chosen))
    root = logging.getLogger()
    level, _none = root.level, root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield handler.stream.getvalue
    root.setLevel(level)
    root.removeHandler(handler)


class Walk:
    """Who works at it, and what they do."""

    def __init__(self):
        self.domain = make_domain()
        self.sources = [files.make_source(self.domain, key, country="DE") for key in ("crm", "shop")]
        self.lead = make_user("lead", "privacy officer", "data owner", domain=self.domain)
        self.answers = []

    def comes_in(self):
        self.record = stored(self.sources[0], "1", QUIZZARD)
        self.other = stored(self.sources[1], "2", SIMILAR)
        load = files.text("K1,Quizzardine,Quizzardsen,1951-07-29,quizzard at home,,", f",,,,{MAIL},,")
        files.run(files.upload(self.sources[1], load, actor=self.lead), actor=self.lead)
        assert RejectedRow.objects.exists()
        api = client_of(self.lead)
        wrong = {"source": "crm", "key": "7", "values": {"birth_date": "Quizzard", "email": [{"value": "quizzard@@"}]}}
        self.answers += [
            api.send("records/", wrong),
            api.at(f"customers/{WORD}/"),
            api.at("customers/", **{WORD: WORD}),
        ]
        assert {answer.status_code for answer in self.answers} <= {400, 404, 422}

    def is_decided(self):
        page = Client()
        page.force_login(self.lead)
        page.post(reverse("customers:search"), {"term": "Quizzardine"})
        task = Task.objects.filter(customers__contains=[self.record.customer_id]).first()
        assert page.get(reverse("stewardship:task", args=[task.pk])).status_code == 200
        corrections.correct(
            self.record.customer, actor=self.lead, about=self.record, attribute="given_name", value="Quizzardina"
        )
        pins.pin(self.record, "family_name", actor=self.lead)
        notes.write(actor=self.lead, record=self.record, text="Quizzard called.")
        task.refresh_from_db()
        tasks.decide(
            task, actor=self.lead, decision="same", seen=seen(*[now(one) for one in (self.record, self.other)])
        )

    def says_yes_and_no(self):
        use = make_purpose("newsletter")
        make_notice(use)
        said = {"actor": self.lead, "purpose": use, "method": "phone", "note": "Quizzard, call 17"}
        record_on_behalf([self.record], act="granted", channel="email", contact=("email", {"value": MAIL}), **said)
        row = Claim("1", "newsletter", "withdrawn", channel="email", contact=MAIL, received={"mail": MAIL})
        claims.take_in_claims(self.sources[0], [row], actor=self.lead)

    def comes_to_the_portal(self):
        Visitor().ask(MAIL)
        Visitor().ask(f"nobody@{WORD}.example")
        his = sign_in(Client(), make_account(self.record, address=MAIL))
        row = holdings([self.record.pk]).rows("birth_date")[0]
        his.post(
            reverse("my:correct", args=["birth_date"]), {"birth_date": "1951-07-28", "place": "0", "seen": row.seen}
        )
        his.post(reverse("my:ask", args=["access"]), {"text": "Quizzard wants to know."})
        his.post(reverse("my:not_me"), {"records": [self.record.pk], "note": "Quizzard is my father."})
        assert SubjectRequest.objects.exists()

    def leaves_in_files(self):
        file = export_files.prepare({}, actor=self.lead, purpose="system")
        while file.finished_at is None:
            file = export_files.write_next(file, actor=self.lead, hold=lambda: None)
        made = proof.prepare(actor=self.lead, reason="authority", customer=now(self.record).customer)
        jobs.run(str(made.job_id))

    def meets_a_fault(self):
        """A statement of the database fails, and its text says what was asked."""
        page = Client(raise_request_exception=False)
        page.force_login(self.lead)
        with connection.cursor() as cursor:
            cursor.execute("SAVEPOINT whole; CREATE TEMPORARY TABLE customers_searchterm ()")
        self.answers.append(page.post(reverse("customers:search"), {"term": "Quizzardine"}))
        with connection.cursor() as cursor:
            cursor.execute("ROLLBACK TO SAVEPOINT whole")
        assert self.answers[-1].status_code == 500


def found_in(model, names):
    """The columns of a table that hold one of the words, in clear or as bytes."""
    places = {name: model._meta.get_field(name).column for name in names}
    hexed = [word.encode().hex() for word in (WORD, "Quizzard", NUMBER)]
    words = "|".join([WORD, NUMBER, *hexed])
    table = connection.ops.quote_name(model._meta.db_table)
    columns = ", ".join(f'bool_or("{column}"::text ~* %s)' for column in places.values())
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM {table}", [words] * len(places))
        return [f"{model._meta.label}.{name}" for name, here in zip(places, cursor.fetchone(), strict=True) if here]


def test_the_words_of_one_customer_lie_where_the_data_map_says_and_in_no_log(logged):
    walk = Walk()
    for step in (
        walk.comes_in, walk.is_decided, walk.says_yes_and_no, walk.comes_to_the_portal, walk.leaves_in_files,
        walk.meets_a_fault,
    ):  # fmt: skip
        step()
    quiet = groupby(datamap.columns(Kind.NONE, Kind.SEALED), key=lambda one: one[0])
    assert [place for model, columns in quiet for place in found_in(model, [name for _m, name, _c in columns])] == []
    told = groupby(datamap.columns(*SAID), key=lambda one: one[0])
    assert [place for model, columns in told for place in found_in(model, [name for _m, name, _c in columns])], (
        "they do lie somewhere"
    )
    assert not [one for one in Session.objects.all() if WORD in str(one.get_decoded()).lower()]
    assert [answer.content for answer in walk.answers if WORD in answer.content.decode().lower()] == []
    assert logged() and WORD not in logged().lower() and NUMBER not in logged()
