"""Mails to customers: plain text in the person's language, sent by jobs alone, and never with advertising."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils.translation import override

AUTOMATIC = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}


def send(to: str, template: str, *, language: str, headers: Mapping[str, str] | None = None, **facts: Any) -> None:
    """Send one mail. The template's first line is the subject.

    A line break in an address or a header is refused by the mail library, before anything is sent.
    """
    with override(language):
        text = render_to_string(template, {**facts, "organisation": settings.PORTAL_NAME, "site": settings.HUB_URL})
    subject, _line, body = text.strip().partition("\n")
    message = EmailMessage(subject, body.strip() + "\n", to=[to], headers={**AUTOMATIC, **(headers or {})})
    message.send()
