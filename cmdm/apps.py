"""The kit as a Django app, and the admin site of the set-up."""

import gc

from django.apps import AppConfig
from django.contrib.admin.apps import SimpleAdminConfig
from django.utils.translation import gettext_lazy as _

# A batch makes tens of thousands of objects that live until it ends: looking through them all again and again for
# cycles took a third of its time.
GARBAGE = (50_000, 20, 50)


class HubAdminConfig(SimpleAdminConfig):
    """Set-up nouns only; what is registered is imported with the addresses, for commands need none of it."""

    default_site = "cmdm.administration.SetUpSite"


class KitConfig(AppConfig):
    """Users, domains, rights, audit, outbox, jobs."""

    name = "cmdm"
    verbose_name = _("Set-up")

    def ready(self) -> None:
        from cmdm import ports, registrations  # noqa: F401
        from cmdm.database import arrays, checks  # noqa: F401

        arrays.register()
        gc.freeze()
        gc.set_threshold(*GARBAGE)
        gc.enable()
