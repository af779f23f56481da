"""Purposes and notices for tests, made by the hub's own actions."""

import itertools
from typing import Any

from cmdm.models import system_user
from consent.actions import notices, purposes
from consent.models import Notice, Purpose

_numbers = itertools.count(1)
WORDS = {
    "title": "Newsletter",
    "text": "We write to you at most once a week.",
    "controller": "Nordlicht GmbH, Hafenstraße 1, Kiel",
    "recipients": "Mailhaus AG",
    "categories": "E-mail address\nName",
    "retention": "Until you withdraw",
    "rights": "Access, erasure, complaint",
    "withdrawal": "On the page My consents, or by the link in every mail",
    "layout": "portal-1",
}


def make_purpose(key: str = "", *, published: bool = True, **fields: Any) -> Purpose:
    """A purpose; the key is new where none is given."""
    key = key or f"purpose-{next(_numbers)}"
    said = {"label": key.replace("-", " ").capitalize(), "channels": ["email"], "dpv": "dpv:DirectMarketing", **fields}
    purpose = purposes.draft(actor=system_user(), key=key, fields=said)
    return purposes.publish(purpose, actor=system_user()) if published else purpose


def make_notice(*about: Purpose, key: str = "", language: str = "en", published: bool = True, **words: Any) -> Notice:
    """The next version of a notice about these purposes."""
    fields = {**WORDS, "purposes": [one.key for one in about], **words}
    notice = notices.draft(actor=system_user(), key=key or f"notice-{next(_numbers)}", language=language, fields=fields)
    return notices.publish(notice, actor=system_user()) if published else notice
