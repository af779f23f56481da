"""Stewardship as a Django app: people deciding."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StewardshipConfig(AppConfig):
    """The queue, its tasks and their answers."""

    name = "stewardship"
    verbose_name = _("Stewardship")

    def ready(self) -> None:
        from cmdm import events, jobs
        from customers import ports
        from stewardship import registrations  # noqa: F401
        from stewardship.actions import opening, referrals
        from stewardship.queries import targets, telling

        events.at("stewardship.handlers")
        jobs.at("stewardship.jobs")
        ports.touched.supply(opening.touched)
        ports.inquiries.supply(telling.asked_in_portal)
        ports.replied.supply(referrals.told)
        ports.lowered.supply(targets.lowered)
