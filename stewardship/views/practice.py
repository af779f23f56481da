"""The practice queue: made-up cases on the real card, each with feedback."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cmdm.actions import Refused
from cmdm.requests import Request
from stewardship.actions import practising
from stewardship.queries.manners import manners
from stewardship.queries.practising import practice_card, practised
from stewardship.rules.practice import after
from stewardship.views.opening import frame, of_review


@require_GET
@of_review
def practice(request: Request) -> HttpResponse:
    """What there is to practise, and how it went."""
    rows = practised(request.user)
    coming = next((row for row in rows if not row.given and not row.case.worked), None)
    counts = {word: sum(row.verdict == word for row in rows) for word in ("right", "close", "wrong")}
    context = {"rows": rows, "coming": coming, "counts": counts, **frame(request.user, "practice")}
    return render(request, "stewardship/practice.html", context)


@require_http_methods(["GET", "POST"])
@of_review
def case(request: Request, key: str) -> HttpResponse:
    """One case; once answered it says what was right, and why."""
    row = next((one for one in practised(request.user) if one.case.key == key), None)
    if row is None:
        raise Http404
    if request.method == "POST":
        try:
            practising.practise(key, actor=request.user, answer=request.POST.get("decision", ""))
        except Refused as refused:
            messages.error(request, str(refused.sentence))
        return redirect("stewardship:practice_case", key=key)
    following = after(key)
    context = {
        "row": row,
        "card": practice_card(row.case, row.place),
        "task": None,
        "lesson": _(row.case.lesson),
        "told": bool(row.given) or row.case.worked,
        "following": following.key if following else "",
        "keys": manners(request.user).keys,
        "size": len(practised(request.user)),
        "all_rows": True,
        "script": request.GET.get("script") == "1",
    }
    return render(request, "stewardship/practice_case.html", context)


@require_POST
@of_review
def again(request: Request) -> HttpResponse:
    """Forget the answers and begin again."""
    practising.begin_again(actor=request.user)
    return redirect("stewardship:practice")
