"""Evidence: what proves that somebody acted as the event says."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cmdm import clock
from cmdm.models import Changed


class Evidence(Changed):
    """How an act was made. What names the person lies sealed and goes when he is erased; the digests stay.

    ``form`` and ``form_hash`` name the rendered form; ``proof`` holds times and codes' ids of both steps of a double
    opt-in, never an address; ``sealed`` holds the claim as received, a note, or where a scan or recording lies.
    """

    class Kind(models.TextChoices):
        SESSION = "session", _("Signed-in session")
        LINK = "link", _("Signed link")
        CODE = "code", _("Code sent to the address")
        PAPER = "paper", _("Paper")
        CALL = "call", _("Telephone call")
        FILE = "file", _("Imported file")
        SYSTEM = "system", _("Another system")
        SIGNAL = "signal", _("Signal of the browser")

    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    form = models.CharField(_("form"), max_length=60, blank=True)
    form_hash = models.CharField(_("hash of the form"), max_length=64, blank=True)
    session = models.BinaryField(max_length=32, null=True)
    user_agent = models.CharField(_("kind of browser"), max_length=60, blank=True)
    network = models.CharField(_("network"), max_length=45, blank=True)
    proof = models.JSONField(_("proof"), default=dict)
    file_digest = models.BinaryField(max_length=32, null=True)
    row_digest = models.BinaryField(max_length=32, null=True)
    sealed = models.BinaryField(null=True)
    keyed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("entered by")
    )
    created_at = models.DateTimeField(_("at"), default=clock.now)

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
