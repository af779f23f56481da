"""Addresses of the stewardship app."""

from django.urls import path

from stewardship.views import queue, tasks

app_name = "stewardship"
urlpatterns = [
    path("review/", queue.queue, name="queue"),
    path("review/next/", tasks.following, name="next"),
    path("review/<int:pk>/", tasks.task, name="task"),
    path("review/<int:pk>/take/", tasks.take, name="take"),
    path("review/<int:pk>/release/", tasks.release, name="release"),
    path("review/<int:pk>/decide/", tasks.decide, name="decide"),
    path("review/<int:pk>/settle/", tasks.settle, name="settle"),
    path("review/answers/<int:pk>/undo/", tasks.undo, name="undo"),
]
