"""API addresses of the stewardship app."""

from django.urls import path

from stewardship.api import decisions, notes, referrals, tasks

urlpatterns = [
    path("customers/<uuid:key>/notes/", notes.CustomerNotes.as_view(), name="api-customer-notes"),
    path("customers/<uuid:key>/tags/", notes.CustomerTags.as_view(), name="api-customer-tags"),
    path("customers/<uuid:key>/tags/<int:pk>/", notes.CustomerTag.as_view(), name="api-customer-tag"),
    path("tasks/", tasks.Tasks.as_view(), name="api-tasks"),
    path("tasks/next/", tasks.TaskNext.as_view(), name="api-task-next"),
    path("tasks/<int:pk>/take/", tasks.TaskTake.as_view(), name="api-task-take"),
    path("tasks/<int:pk>/renew/", tasks.TaskRenew.as_view(), name="api-task-renew"),
    path("tasks/<int:pk>/release/", tasks.TaskRelease.as_view(), name="api-task-release"),
    path("tasks/<int:pk>/assign/", tasks.TaskAssign.as_view(), name="api-task-assign"),
    path("decisions/", decisions.Decisions.as_view(), name="api-decisions"),
    path("decisions/<int:pk>/undo/", decisions.DecisionUndo.as_view(), name="api-decision-undo"),
    path("referrals/", referrals.Referrals.as_view(), name="api-referrals"),
    path("referrals/<int:pk>/reply/", referrals.ReferralReply.as_view(), name="api-referral-reply"),
    path("referrals/<int:pk>/withdraw/", referrals.ReferralWithdraw.as_view(), name="api-referral-withdraw"),
]
