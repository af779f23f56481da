"""The hub's own users: the actor of everything that no person does, and the portal, by which customers act."""

from cmdm import audit, history, ids
from cmdm.actions.core import action
from cmdm.models import User

NAME, PORTAL = "hub", "portal"


@action
def install_system_user() -> User:
    """Create the hub's own user, who is the actor of his own creation. Returns him when he is there already."""
    known = User.objects.filter(kind=User.Kind.SYSTEM).first()
    if known is not None:
        return known
    hub = User(username=NAME, display_name="Hub", kind=User.Kind.SYSTEM)
    hub.set_unusable_password()
    hub.save()
    history.keep(User, [hub.pk], history.ADDED)
    audit.record(hub, "hub.installed", hub)
    return hub


@action
def install_portal_user(*, actor: User) -> User:
    """Create the portal's user, who does for customers what they ask for. Returns him when he is there already."""
    known = User.objects.filter(kind=User.Kind.PORTAL).first()
    if known is not None:
        return known
    taken = User.objects.filter(username=PORTAL).exists()
    portal = User(username=f"{PORTAL}-{ids.uuid7()}" if taken else PORTAL, kind=User.Kind.PORTAL)
    portal.display_name = "Portal"
    portal.set_unusable_password()
    portal.save()
    history.keep(User, [portal.pk], history.ADDED)
    audit.record(actor, "portal.installed", portal)
    return portal
