"""Follow one question: a steward asks whoever knows, and the card comes back to her with the answer; in a browser."""

import itertools

import pytest
from playwright.sync_api import expect

from stewardship.models import Answer, Task
from tests.stewardship.scene import ask, make_source, stranger, task_of
from tests.support.browser import assert_accessible, press
from tests.support.people import make_domain, make_user

pytestmark = pytest.mark.browser
_numbers = itertools.count()
KNOWS = "Two people: the shop has a passport of each"


class Scene:
    """A question about two people, who decides it, a colleague, and who knows: an expert, or a source's owner."""

    def __init__(self):
        domain = make_domain(match_space=f"asking-{next(_numbers)}")
        self.marta, self.jonas = make_user("steward", domain=domain), make_user("steward", domain=domain)
        self.expert, self.owner = make_user("reader", domain=domain), make_user("data owner", domain=domain)
        crm, self.shop = make_source(domain, f"{domain.key}-crm"), make_source(domain, f"{domain.key}-shop")
        self.shop.owner = self.owner
        self.shop.save(update_fields=["owner"])
        self.task = task_of(ask(stranger(crm, 1), stranger(self.shop, 2)))
        task_of(ask(stranger(crm, 3), stranger(self.shop, 4), probability=0.45))


@pytest.fixture
def scene(site):
    with site.orm():
        return Scene()


@pytest.mark.parametrize("whom", ["expert", "owner"])
def test_what_was_asked_comes_back_with_its_answer(open_page, site, scene, whom):
    hers = open_page(f"/review/{scene.task.pk}/hand/", user=scene.marta)
    asks(hers, scene, whom)
    expect(open_page("/review/", user=scene.jonas).locator(f"#with-{scene.task.pk}")).to_contain_text("Asked:")
    hers.goto("/")
    expect(hers.get_by_text("came back with its answer")).to_have_count(0)

    answers(open_page("/", user=getattr(scene, whom)))

    comes_back(hers, getattr(scene, whom))
    press(hers, "d")
    hers.goto("/")
    expect(hers.get_by_text("came back with its answer")).to_have_count(0)
    with site.orm():
        given = Answer.objects.get(task=scene.task)
        assert (given.decision, given.by) == ("different", scene.marta)
        assert Task.objects.get(pk=scene.task.pk).status == "done"


def asks(page, scene, whom):
    form = page.locator("#refer")
    if whom == "expert":
        form.get_by_label("Ask a colleague").select_option(str(scene.expert.pk))
    else:
        form.get_by_label("or the owner of a source").select_option(str(scene.shop.pk))
    form.get_by_label("Question").fill("One or two?")
    form.get_by_role("button", name="Ask").click()
    page.wait_for_url("**/review/?**")


def answers(page):
    page.get_by_role("link", name="1 question waits for you").click()
    page.get_by_label("Your answer").fill(KNOWS)
    assert_accessible(page)
    page.get_by_role("button", name="Answer").click()
    expect(page.locator("blockquote")).to_contain_text(KNOWS)


def comes_back(page, who):
    """She is told on the page that she starts with; the card says it on top, before its score, but not while blind."""
    page.goto("/")
    page.get_by_role("link", name="1 card came back with its answer").click()
    expect(page.locator("tbody [data-row]")).to_have_count(1)
    assert_accessible(page)
    page.keyboard.press("Enter")
    page.wait_for_url("**/review/*/**")
    expect(page.locator("#came-back")).to_contain_text(f"{who} answered: {KNOWS}")
    page.keyboard.press("b")
    page.wait_for_url("**blind=1**")
    expect(page.locator("#came-back")).to_have_count(0)
    page.keyboard.press("b")
    page.wait_for_url("**blind=0**")
    expect(page.locator("#came-back")).to_be_visible()
    assert_accessible(page)
