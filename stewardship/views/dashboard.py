"""The dashboard, and the rows behind its figures."""

from django.core import signing
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from cmdm.pages import SIZE, keyset_page
from cmdm.requests import Request
from customers.models import Source
from stewardship.forms import AnswersFilter, SampleFilter
from stewardship.queries.answered import answers_for, looked_at
from stewardship.queries.dashboard import dashboard as drawn
from stewardship.queries.repeating import repeating
from stewardship.queries.targets import sampled
from stewardship.views.opening import frame, of_review

SALT = "repeating"


@require_GET
@of_review
def dashboard(request: Request) -> HttpResponse:
    """How the work goes, and how good it is."""
    domain = SampleFilter(request.GET).wanted()["domain"]
    context = {"board": drawn(request.user, domain), **frame(request.user, "dashboard")}
    return render(request, "stewardship/dashboard.html", context)


@require_GET
@of_review
def answers(request: Request) -> HttpResponse:
    """The answers behind a figure."""
    wanted = AnswersFilter(request.GET).wanted()
    page = keyset_page(request, answers_for(request.user, **wanted), newest_first=True)
    context = {"page": page, "wanted": wanted, **frame(request.user, "dashboard")}
    return render(request, "stewardship/answers.html", context)


@require_GET
@of_review
def sample(request: Request) -> HttpResponse:
    """The sampled joins behind a figure, with what people said of them."""
    wanted = SampleFilter(request.GET).wanted()
    page = keyset_page(request, sampled(request.user, **wanted), newest_first=True)
    rows = looked_at(page.rows, request.user)
    context = {"page": page, "rows": rows, "wanted": wanted, **frame(request.user, "dashboard")}
    return render(request, "stewardship/sample.html", context)


@require_GET
@of_review
def repeats(request: Request, pk: int) -> HttpResponse:
    """The customers of whom a source has several records."""
    source = get_object_or_404(Source.objects.visible_to(request.user), pk=pk)
    rows, following = repeating(source, request.user, after=_after(request), size=SIZE)
    cursor = f"?after={signing.dumps(following, salt=SALT)}" if following else None
    context = {"source": source, "rows": rows, "next": cursor, **frame(request.user, "dashboard")}
    return render(request, "stewardship/repeats.html", context)


def _after(request: Request) -> int:
    """The customer behind which the page begins.

    :raises Http404: the cursor was not made here.
    """
    cursor = request.GET.get("after", "")
    if not cursor:
        return 0
    try:
        return int(signing.loads(cursor, salt=SALT))
    except (signing.BadSignature, ValueError, TypeError):
        raise Http404 from None
