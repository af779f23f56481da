"""API addresses of the stewardship app."""

from django.urls import path

from stewardship import api

urlpatterns = [
    path("tasks/", api.Tasks.as_view(), name="api-tasks"),
    path("decisions/", api.Decisions.as_view(), name="api-decisions"),
    path("decisions/<int:pk>/undo/", api.DecisionUndo.as_view(), name="api-decision-undo"),
]
