"""Nobody is led to a refusal: whatever a page links to opens for its reader."""

import re

import pytest

from customers.actions.sources import add_source
from tests.kit.making import make_domain, make_user

pytestmark = pytest.mark.django_db
LINK = re.compile(r'href="(/[^"#?]*)"')
LEAVING = ("/static/", "/my/", "/sign-out/")


def test_every_link_opens_for_a_reader(client):
    north = make_domain("north")
    client.force_login(make_user("rita", north, "reader"), backend="django.contrib.auth.backends.ModelBackend")
    assert refused(client, ["/", "/customers/"]) == []


def test_every_link_opens_for_a_data_owner(client):
    north = make_domain("north")
    olga = make_user("olga", north, "data owner")
    crm = add_source(actor=olga, domain=north, key="crm", fields={"name": "CRM"})
    client.force_login(olga, backend="django.contrib.auth.backends.ModelBackend")
    assert refused(client, ["/matching/", f"/admin/customers/source/{crm.pk}/change/"]) == []


def refused(client, pages):
    """Those of the pages that these link to that are refused."""
    seen, refusals = set(pages), []
    for _step in range(2):
        found = set()
        for page in pages:
            answer = client.get(page, follow=True)
            refusals += [page] if answer.status_code == 403 else []
            is_page = answer.status_code == 200 and answer.get("Content-Type", "").startswith("text/html")
            found |= set(LINK.findall(answer.content.decode())) if is_page else set()
        pages = sorted(link for link in found - seen if not link.startswith(LEAVING))
        seen.update(pages)
    assert len(seen) > 5
    return refusals
