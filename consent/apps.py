"""Consent as a Django app: what may be done, told, to whom."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ConsentConfig(AppConfig):
    """Purposes, notices and consents."""

    name = "consent"
    verbose_name = _("Consent")

    def ready(self) -> None:
        from cmdm import events, jobs
        from consent import registrations  # noqa: F401
        from consent.actions import announcing
        from consent.queries import contacts, permitted
        from customers import ports

        events.at("consent.handlers")
        for noun in ("asked_mail", "contradictions", "importing", "portal_mail", "proof"):
            jobs.at(f"consent.jobs.{noun}")
        ports.permitted.supply(permitted.permitted)
        ports.usable.supply(permitted.usable)
        ports.unwanted.supply(contacts.unwanted)
        ports.relinked.supply(announcing.relinked)
