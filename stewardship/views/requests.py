"""What our views get: a request of somebody signed in."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from cmdm.models import User


class Request(HttpRequest):
    """``login_required`` and the middleware see to it that both are there."""

    user: User
    htmx: HtmxDetails
