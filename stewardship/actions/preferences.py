"""What a steward keeps for himself."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from cmdm import audit
from cmdm.actions import Refused, action, change_id
from cmdm.models import User
from stewardship.models import Preference
from stewardship.queries.manners import LABELS
from stewardship.rules.keys import DEEDS, clashing, is_usable, keys_of


@action
def keep_keys(*, actor: User, keys: Mapping[str, str], off: bool, blind: bool) -> Preference:
    """Lay deeds on other keys, or switch single keys off. Refused when two deeds share a key, or a key is taken."""
    chosen = {deed: key.lower() for deed, key in keys.items() if deed in DEEDS and key}
    for deed, key in chosen.items():
        if not is_usable(key):
            raise Refused(_("“%(key)s” cannot be used for “%(deed)s”.") % {"key": key, "deed": LABELS[deed]})
    for one, other in clashing(keys_of(chosen)):
        words = {"one": LABELS[one], "other": LABELS[other]}
        raise Refused(_("“%(one)s” and “%(other)s” would lie on one key.") % words)
    own = {deed: key for deed, key in chosen.items() if key != DEEDS[deed]}
    kept, _made = Preference.objects.select_for_update(of=("self",)).get_or_create(user=actor)
    kept.key_map, kept.keys_off, kept.blind, kept.change = own, off, blind, change_id()
    kept.save(update_fields=["key_map", "keys_off", "blind", "change"])
    audit.record(actor, "keys.kept", counts={"keys": len(own)})
    return kept
