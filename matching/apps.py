"""Matching as a Django app: who is who."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MatchingConfig(AppConfig):
    """Match keys, candidates, verdicts, the ledger."""

    name = "matching"
    verbose_name = _("Matching")

    def ready(self) -> None:
        from cmdm import events, jobs
        from customers import ports
        from matching import registrations  # noqa: F401
        from matching.actions import placing
        from matching.queries import asked, ledgers, said

        events.at("matching.handlers")
        jobs.at("matching.jobs")
        ports.reserve.supply(placing.reserve)
        ports.place.supply(placing.place)
        ports.place_many.supply_from("matching.actions.placing_stored.place_many")
        ports.forget_keys.supply(placing.forget_keys)
        ports.successors.supply(ledgers.successors)
        ports.said_same.supply(said.said_same)
        ports.asked_about.supply(asked.asked_about)
