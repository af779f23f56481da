"""The one way in for every write."""

from cmdm.actions.core import action, change_id, origin, origin_of_this
from cmdm.errors import Invalid, Refused, Stale

__all__ = ["Invalid", "Refused", "Stale", "action", "change_id", "origin", "origin_of_this"]
