"""Customers' accounts for tests, and browsers signed in to them."""

import time
from typing import Any

from django.conf import settings
from django.test import Client

from cmdm.actions import action
from cmdm.models import portal_user
from consent.actions import contacts, portal_anchors
from consent.models import PortalAccount, PortalContact
from consent.views.portal.session import KEY
from customers.models import SourceRecord


@action
def make_account(*records: SourceRecord, address: str, language: str = "en") -> PortalAccount:
    """An account that proved the address and sees these records."""
    actor = portal_user()
    contact = contacts.verified(contacts.contact_point("email", address, actor=actor), actor=actor, how="code")
    account = PortalAccount.objects.create(language=language)
    PortalContact.objects.create(account=account, contact=contact)
    portal_anchors.open_records(account, contact, [one.pk for one in records], "verified", actor=actor)
    return account


def sign_in(client: Client, account: PortalAccount) -> Client:
    """The client's session is that of the account from now on."""
    now, session = int(time.time()), client.session
    contact = PortalContact.objects.filter(account=account).values_list("contact", flat=True)[0]
    state = {"account": account.pk, "stamp": str(account.stamp), "seen": now, "proved": now}
    session[KEY] = {**state, "contact": contact, "unsure": False}
    session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    return client


def cookies_of(site: Any, account: PortalAccount) -> list[dict[str, str]]:
    """Cookies with which a browser is signed in to the account; the ORM is on the site's database."""
    client = sign_in(Client(), account)
    key = client.cookies[settings.SESSION_COOKIE_NAME].value
    return [{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": site.url}]
