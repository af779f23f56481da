"""API addresses of the matching app."""

from django.urls import path

from matching.api import candidates, identify, ledger, why

urlpatterns = [
    path("candidates/", candidates.Candidates.as_view(), name="candidates"),
    path("identify/", identify.Identify.as_view(), name="identify"),
    path("merges/", ledger.Merges.as_view(), name="merges"),
    path("unmerges/", ledger.Unmerges.as_view(), name="unmerges"),
    path("why/", why.Why.as_view(), name="why"),
]
