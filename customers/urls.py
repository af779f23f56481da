"""Addresses of the customers app."""

from django.urls import path

from customers.views import detail, lists, records, values

app_name = "customers"
urlpatterns = [
    path("customers/", lists.customers, name="list"),
    path("customers/search/", lists.find, name="search"),
    path("customers/<uuid:key>/", detail.overview, name="detail"),
    path("customers/<uuid:key>/records/", detail.records, name="records"),
    path("customers/<uuid:key>/history/", detail.history, name="history"),
    path("customers/<uuid:key>/correct/", values.correct, name="correct"),
    path("customers/<uuid:key>/pin/", values.pin, name="pin"),
    path("customers/<uuid:key>/pins/<int:pk>/end/", values.end_pin, name="end_pin"),
    path("customers/<uuid:key>/reveal/", values.reveal, name="reveal"),
    path("records/<int:pk>/", records.record, name="record"),
    path("records/<int:pk>/reveal/", records.reveal_raw, name="reveal_raw"),
    path("sources/", records.sources, name="sources"),
    path("sources/<int:pk>/", records.source, name="source"),
]
