"""The request as the hub's views get it: with our user and with what htmx says of itself."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from cmdm.models import User


class Request(HttpRequest):
    """For annotations only: the middleware sets both, and pages are behind sign-in."""

    user: User
    htmx: HtmxDetails
