"""What waits, on the start page."""

import pytest

from stewardship.actions import tasks
from stewardship.queries.start import open_work
from tests.stewardship.scene import ask, stranger
from tests.support.people import make_user

pytestmark = pytest.mark.django_db


def test_each_figure_leads_to_the_rows_that_it_counts(marta, task):
    [figure] = open_work(marta).figures

    assert (figure.value, figure.url) == ("1", "/review/?queue=possible")


@pytest.mark.parametrize(
    ("kind", "words"), [("conflict", "1 pair has numbers that contradict"), ("stale", "1 answer went stale")]
)
def test_what_presses_needs_attention(marta, pair, kind, words):
    ask(*pair, kind=kind)

    [call] = open_work(marta).attention
    assert words in str(call.sentence)
    assert call.url == f"/review/?queue={kind}"


def test_others_waiting_are_not_counted(outsider, task):
    assert open_work(outsider).figures[0].value == "0"


def test_whoever_decides_nowhere_has_no_part(retail):
    assert open_work(make_user("reader", domain=retail)) is None


def test_what_a_lead_gave_somebody_is_said_to_him_and_to_who_else_opens_it(client, retail, marta, jonas, task):
    tasks.assign(task, actor=make_user("lead", domain=retail), to=marta)
    client.force_login(marta)
    given = "/review/?queue=possible&amp;assigned=1"
    assert "1 card was given to you" in client.get("/").text and given in client.get("/").text
    assert "For you" in client.get("/review/").text
    assert "A lead gave this card to you." in client.get(f"/review/{task.pk}/").text

    client.force_login(jonas)
    assert given not in client.get("/").text
    assert "For Marta" in client.get(f"/review/{task.pk}/").text


def test_it_stands_on_the_page(client, marta, task):
    client.force_login(marta)

    assert "/review/?queue=possible" in client.get("/").text


def test_strangers_are_not_asked_about_by_themselves(marta, crm):
    stranger(crm, 1)
    stranger(crm, 2)

    assert open_work(marta).figures[0].value == "0"
