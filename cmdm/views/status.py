"""Whether the hub lives and whether it can serve."""

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse

from cmdm import crypto, events


def alive(request: HttpRequest) -> JsonResponse:
    """200 while the process answers; asks nobody."""
    return JsonResponse({"status": "alive"})


def ready(request: HttpRequest) -> JsonResponse:
    """200 when the database answers and the keys open what they seal; else 503 with what is missing."""
    faults = []
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM django_migrations LIMIT 1")
        waiting = events.oldest_pending_seconds()
    except DatabaseError:
        faults.append("database")
        waiting = 0.0
    try:
        crypto.unseal(crypto.seal("x", "ready"), "ready")
    except Exception:  # any fault of the keys means not ready
        faults.append("keys")
    body = {"status": "ready" if not faults else "not ready", "faults": faults, "relay_seconds": round(waiting, 1)}
    return JsonResponse(body, status=503 if faults else 200)
