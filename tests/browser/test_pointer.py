"""A pointer clicks on what it points at, also where only half of that can be seen."""

import pytest

from tests.stewardship.scene import make_source, stranger
from tests.support.people import make_domain, make_user

pytestmark = pytest.mark.browser
TO_THE_EDGE = """(link) => {
    const box = link.getBoundingClientRect();
    window.scrollBy({ top: box.top + box.height / 2 - window.innerHeight, behavior: "instant" });
    return { left: link.getBoundingClientRect().left, seen: window.innerHeight, href: link.href };
}"""


@pytest.fixture
def page(site, open_page):
    """A list of customers that is longer than the window."""
    with site.orm():
        domain = make_domain()
        source = make_source(domain, f"pointer-{domain.pk}")
        for number in range(1, 13):
            stranger(source, number)
        reader = make_user("reader", domain=domain)
    return open_page("/customers/", user=reader, size={"width": 1440, "height": 420})


def test_a_click_on_a_row_that_is_half_visible_follows_its_link(page):
    """Pressing it focuses its link; were the row moved into sight by that, the pointer would be let go beside it."""
    link = page.locator("[data-rows] [data-row] a.row-link").nth(8)
    found = link.evaluate(TO_THE_EDGE)
    page.mouse.move(found["left"] + 4, found["seen"] - 3)
    page.mouse.down()
    page.wait_for_timeout(50)
    page.mouse.up()
    page.wait_for_url(found["href"])
