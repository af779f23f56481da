"""Consent as a Django app: what may be done, told, to whom."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ConsentConfig(AppConfig):
    """Purposes, notices and consents."""

    name = "consent"
    verbose_name = _("Consent")

    def ready(self) -> None:
        from consent import handlers, registrations  # noqa: F401
        from consent.actions import announcing
        from consent.jobs import asked_mail, contradictions, importing, portal_mail, proof  # noqa: F401
        from consent.queries import permitted
        from customers import ports

        ports.permitted.supply(permitted.permitted)
        ports.usable.supply(permitted.usable)
        ports.relinked.supply(announcing.relinked)
