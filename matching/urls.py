"""Addresses of the matching app."""

from django.urls import path

from matching.views import merging, modelling, unmerging

app_name = "matching"
urlpatterns = [
    path("customers/<uuid:key>/merge/", merging.merge, name="merge"),
    path("customers/<uuid:key>/merge/<uuid:other>/", merging.preview, name="merge_preview"),
    path("customers/<uuid:key>/merges/<uuid:change>/undo/", merging.undo, name="undo"),
    path("customers/<uuid:key>/unmerge/", unmerging.unmerge, name="unmerge"),
    path("customers/<uuid:key>/answers/<uuid:change>/withdraw/", unmerging.withdraw, name="withdraw"),
    path("matching/", modelling.model, name="model"),
    path("matching/<slug:party>/model/", modelling.model, name="model_of"),
    path("matching/blocks/", modelling.blocks, name="blocks"),
]
