"""Addresses of the customers app."""

from django.urls import path

from customers.views import detail, exports, imports, lists, records, survivorship, timeline, values

app_name = "customers"
urlpatterns = [
    path("customers/", lists.customers, name="list"),
    path("customers/search/", lists.find, name="search"),
    path("customers/export/", exports.export, name="export"),
    path("customers/exports/<uuid:pk>/", exports.file, name="export_file"),
    path("customers/exports/<uuid:pk>/progress/", exports.progress, name="export_progress"),
    path("customers/exports/<uuid:pk>/fetch/", exports.fetch, name="export_fetch"),
    path("customers/<uuid:key>/", detail.overview, name="detail"),
    path("customers/<uuid:key>/records/", detail.records, name="records"),
    path("customers/<uuid:key>/timeline/", timeline.timeline, name="timeline"),
    path("customers/<uuid:key>/history/", detail.history, name="history"),
    path("customers/<uuid:key>/correct/", values.correct, name="correct"),
    path("customers/<uuid:key>/corrections/<int:pk>/withdraw/", values.withdraw, name="withdraw"),
    path("customers/<uuid:key>/pin/", values.pin, name="pin"),
    path("customers/<uuid:key>/pins/<int:pk>/end/", values.end_pin, name="end_pin"),
    path("customers/<uuid:key>/relations/<int:pk>/end/", values.end_relation, name="end_relation"),
    path("customers/<uuid:key>/reveal/", values.reveal, name="reveal"),
    path("records/<int:pk>/", records.record, name="record"),
    path("records/<int:pk>/reveal/", records.reveal_raw, name="reveal_raw"),
    path("survivorship/", survivorship.rules, name="survivorship"),
    path("survivorship/<slug:name>/", survivorship.rule, name="survivorship_rule"),
    path("survivorship/<slug:name>/preview/", survivorship.preview, name="survivorship_preview"),
    path("survivorship/<slug:name>/apply/", survivorship.apply, name="survivorship_apply"),
    path("sources/", records.sources, name="sources"),
    path("sources/<int:pk>/", records.source, name="source"),
    path("imports/", imports.imports, name="imports"),
    path("imports/new/", imports.new, name="import_new"),
    path("imports/<uuid:pk>/", imports.load, name="import"),
    path("imports/<uuid:pk>/mapping/", imports.mapping, name="import_mapping"),
    path("imports/<uuid:pk>/start/", imports.start, name="import_start"),
    path("imports/<uuid:pk>/approve/", imports.approve, name="import_approve"),
    path("imports/<uuid:pk>/progress/", imports.progress, name="import_progress"),
    path("imports/<uuid:pk>/stop/", imports.stop, name="import_stop"),
    path("imports/<uuid:pk>/discard/", imports.discard, name="import_discard"),
    path("imports/<uuid:pk>/refused/", imports.rejects, name="import_rejects"),
    path("imports/<uuid:pk>/refused.csv", imports.rejects_csv, name="import_rejects_file"),
    path("imports/<uuid:pk>/refused/settle/", imports.settle, name="import_settle"),
    path("imports/<uuid:pk>/refused/again/", imports.again, name="import_again"),
]
