"""API addresses of the stewardship app."""

from django.urls import path

from stewardship import api

urlpatterns = [
    path("tasks/", api.TaskList.as_view(), name="api-tasks"),
    path("decisions/", api.DecisionCreate.as_view(), name="api-decisions"),
    path("decisions/<int:pk>/undo/", api.DecisionUndo.as_view(), name="api-decision-undo"),
]
