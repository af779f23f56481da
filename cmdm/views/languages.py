"""In which language the hub speaks to its users, and before the sign-in to a browser."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from cmdm.actions import users

YEAR = 365 * 24 * 3600


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Speak another language, here and wherever this user signs in."""
    then = request.POST.get("next", "")
    inside = url_has_allowed_host_and_scheme(
        then, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    answer = redirect(then if inside else "start")
    wanted = request.POST.get("language", "")
    if wanted not in dict(settings.LANGUAGES):
        return answer
    if request.user.is_authenticated:
        users.speak(actor=request.user, language=wanted)
    answer.set_cookie(
        settings.LANGUAGE_COOKIE_NAME, wanted, max_age=YEAR, secure=settings.HTTPS, httponly=True, samesite="Lax"
    )
    return answer
