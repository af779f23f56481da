"""Who acts: people, consuming systems, and the hub itself."""

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.utils.translation import gettext_lazy as _

from cmdm import clock
from cmdm.models.base import ChangeDefault, Versioned


class HubUserManager(UserManager["User"]):
    """Users; ``createsuperuser`` runs outside an action, so the manager opens the change itself."""

    def create_superuser(self, username: str, *args: Any, **kwargs: Any) -> "User":
        """Not offered: a superuser has no right in the hub.

        :raises NotImplementedError: always.
        """
        raise NotImplementedError("The hub has no superusers. Use `manage.py grant` to give rights in a domain.")


class User(AbstractUser):
    """A person, a consuming system, or the hub itself. ``is_superuser`` gives no right to personal data."""

    class Kind(models.TextChoices):
        PERSON = "person", _("Person")
        CONSUMER = "consumer", _("Consuming system")
        SYSTEM = "system", _("The hub")
        PORTAL = "portal", _("The customers' portal")

    display_name = models.CharField(_("name"), max_length=150, blank=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.PERSON)
    preferences = models.JSONField(_("preferences"), default=dict, blank=True)
    date_joined = models.DateTimeField(_("since"), default=clock.now)
    change = models.UUIDField(db_default=ChangeDefault(), editable=False)

    objects: ClassVar[HubUserManager] = HubUserManager()
    history = Versioned(excluded_fields=["password", "last_login"])

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [
            models.UniqueConstraint(fields=["kind"], condition=models.Q(kind="system"), name="one_system_user"),
            models.UniqueConstraint(fields=["kind"], condition=models.Q(kind="portal"), name="one_portal_user"),
        ]

    def __str__(self) -> str:
        return self.display_name or self.username

    @property
    def is_own(self) -> bool:
        """One of the hub's own users, whom nobody changes."""
        return self.kind in (User.Kind.SYSTEM, User.Kind.PORTAL)

    def get_full_name(self) -> str:
        return str(self)


def system_user() -> User:
    """The hub itself as an actor; installed by ``manage.py install``."""
    return User.objects.get(kind=User.Kind.SYSTEM)


def portal_user() -> User:
    """The portal as an actor: what customers do for themselves; installed by ``manage.py install``."""
    return User.objects.get(kind=User.Kind.PORTAL)
