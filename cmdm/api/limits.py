"""How often a client may ask for something dear."""

from django.core.cache import cache
from django.db import connection, transaction
from rest_framework.exceptions import Throttled

from cmdm import clock
from cmdm.models import User

WINDOW = 60
_LOCK_SPACE = 0x6C69  # first half of the two-part advisory lock: counters of clients


def count_one(user: User, what: str, *, per_minute: int) -> None:
    """Count a request in the running minute.

    The lock makes reading and writing one step: the cache's own counters let parallel requests through.

    :raises Throttled: 429; there were ``per_minute`` already.
    """
    now = clock.now().timestamp()
    name = f"limit:{what}:{user.pk}:{int(now // WINDOW)}"
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK_SPACE, user.pk])
        used = cache.get(name, 0)
        if used < per_minute:
            cache.set(name, used + 1, timeout=2 * WINDOW)
            return
    raise Throttled(wait=int(WINDOW - now % WINDOW) + 1)
