"""The hub's own user, the actor of everything that no person does."""

from cmdm import audit, history
from cmdm.actions.core import action
from cmdm.models import User

NAME = "hub"


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
