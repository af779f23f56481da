"""The rail: what this user may open, in order."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cmdm import access

ITEMS: tuple[tuple[str, Any, str, str, tuple[str, ...]], ...] = (
    ("start", _("Start"), "home", "/", ()),
    ("stewardship:queue", _("Review"), "arrows-join", "/review/", ("decide",)),
    ("stewardship:dashboard", _("Quality"), "scale", "/review/dashboard/", ("decide", "configure")),
    ("customers:list", _("Customers"), "users", "/customers/", ("view",)),
    ("customers:imports", _("Imports"), "file-import", "/imports/", ("import",)),
    ("matching:model", _("Matching"), "adjustments-horizontal", "/matching/", ("decide", "configure")),
    ("consent:dashboard", _("Consent"), "circle-check", "/consent/", ("view",)),
    ("customers:sources", _("Sources"), "database", "/sources/", ("view", "import", "configure")),
    ("customers:survivorship", _("Survivorship"), "adjustments", "/survivorship/", ("configure",)),
    ("jobs", _("Jobs"), "bolt", "/jobs/", ("import", "export", "configure")),
    ("audit", _("Audit"), "history", "/audit/", ("audit",)),
    ("admin:index", _("Set-up"), "settings", "/admin/", ("configure", "grant")),
)

GOES = {"start": "g s", "stewardship:queue": "g r", "customers:list": "g c"}
OPENED = {"review": "decide", "imports": "import", "audit": "audit"}


def navigation(request: HttpRequest) -> dict[str, Any]:
    """``navigation``: label, url, icon, whether one is in it, and the keys that go there; one query for the rights.

    ``opens_review``, ``opens_imports`` and ``opens_audit`` tell whether a link to them would be refused.
    """
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"navigation": []}
    shown = [item for item in ITEMS if not item[-1] or access.in_any(user, item[-1])]
    inside = [prefix for _name, _label, _icon, prefix, _verbs in shown if _is_in(request.path, prefix)]
    nearest = max(inside, key=len, default="")
    items = [
        {"label": label, "url": reverse(name), "icon": icon, "active": prefix == nearest, "goes": GOES.get(name)}
        for name, label, icon, prefix, _verbs in shown
    ]
    return {"navigation": items, **{f"opens_{page}": access.in_any(user, [verb]) for page, verb in OPENED.items()}}


def _is_in(path: str, prefix: str) -> bool:
    return path == prefix if prefix == "/" else path.startswith(prefix)
