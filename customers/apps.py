"""Customers as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CustomersConfig(AppConfig):
    """Sources, records, golden customers."""

    name = "customers"
    verbose_name = _("Customers")

    def ready(self) -> None:
        from cmdm import jobs
        from customers import registrations  # noqa: F401

        jobs.at("customers.jobs")
