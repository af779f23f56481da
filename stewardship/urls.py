"""Addresses of the stewardship app."""

from django.urls import path

from stewardship.views import cards, dashboard, filters, keys, notes, policies, queue, tasks, workload

app_name = "stewardship"
urlpatterns = [
    path("review/", queue.queue, name="queue"),
    path("review/filters/", filters.filters, name="filters"),
    path("review/filters/keep/", filters.keep, name="filter_keep"),
    path("review/filters/<int:pk>/change/", filters.change, name="filter_change"),
    path("review/filters/<int:pk>/drop/", filters.drop, name="filter_drop"),
    path("review/workload/", workload.workload, name="workload"),
    path("review/dashboard/", dashboard.dashboard, name="dashboard"),
    path("review/answers/", dashboard.answers, name="answers"),
    path("review/sample/", dashboard.sample, name="sample"),
    path("review/repeats/<int:pk>/", dashboard.repeats, name="repeats"),
    path("review/policies/", policies.policies, name="policies"),
    path("review/policies/new/", policies.new, name="policy_new"),
    path("review/policies/<int:pk>/", policies.policy, name="policy"),
    path("review/targets/<int:domain>/", policies.target, name="target"),
    path("review/targets/<int:domain>/raise/", policies.target_raise, name="target_raise"),
    path("notes/", notes.mentions, name="mentions"),
    path("notes/mentions/<int:pk>/open/", notes.see, name="mention_see"),
    path("notes/add/", notes.add, name="note_add"),
    path("notes/<int:pk>/withdraw/", notes.withdraw, name="note_withdraw"),
    path("notes/tag/", notes.tag, name="tag"),
    path("notes/tags/<int:pk>/remove/", notes.untag, name="untag"),
    path("notes/attach/", notes.attach, name="attach"),
    path("notes/attachments/<int:pk>/", notes.attachment, name="attachment"),
    path("notes/attachments/<int:pk>/withdraw/", notes.detach, name="attachment_withdraw"),
    path("review/next/", tasks.following, name="next"),
    path("review/keys/", keys.keys, name="keys"),
    path("review/<int:pk>/", cards.task, name="task"),
    path("review/<int:pk>/ahead/", cards.ahead, name="ahead"),
    path("review/<int:pk>/parts/", cards.parts, name="parts"),
    path("review/<int:pk>/graph/", cards.graph, name="graph"),
    path("review/<int:pk>/renew/", tasks.renew, name="renew"),
    path("review/<int:pk>/take/", tasks.take, name="take"),
    path("review/<int:pk>/release/", tasks.release, name="release"),
    path("review/<int:pk>/decide/", tasks.decide, name="decide"),
    path("review/<int:pk>/settle/", tasks.settle, name="settle"),
    path("review/answers/<int:pk>/undo/", tasks.undo, name="undo"),
]
