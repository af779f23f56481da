"""Addresses of the matching app."""

from django.urls import path

from matching.views import imports, kin, merging, modelling, reasons, rehearsals, unmerging

app_name = "matching"
urlpatterns = [
    path("customers/<uuid:key>/household/", kin.kin, name="kin"),
    path("customers/<uuid:key>/merge/", merging.merge, name="merge"),
    path("customers/<uuid:key>/merge/<uuid:other>/", merging.preview, name="merge_preview"),
    path("customers/<uuid:key>/merges/<uuid:change>/undo/", merging.undo, name="undo"),
    path("customers/<uuid:key>/unmerge/", unmerging.unmerge, name="unmerge"),
    path("customers/<uuid:key>/answers/<uuid:change>/withdraw/", unmerging.withdraw, name="withdraw"),
    path("matching/", modelling.model, name="model"),
    path("matching/<slug:party>/model/", modelling.model, name="model_of"),
    path("matching/blocks/", modelling.blocks, name="blocks"),
    path("matching/<slug:party>/figures.csv", modelling.figures, name="figures"),
    path("matching/<slug:party>/blocks/", modelling.blocks, name="blocks_of"),
    path("matching/<slug:party>/count/", modelling.count, name="count"),
    path("matching/<slug:party>/reblock/", modelling.reblock, name="reblock"),
    path("matching/import/", imports.import_model, name="import_model"),
    path("matching/<slug:party>/train/", modelling.train, name="train"),
    path("matching/<slug:party>/learn/", modelling.learn, name="learn"),
    path("matching/households/propose/", kin.propose, name="propose_households"),
    path("matching/renew/", modelling.renew, name="renew"),
    path("matching/why/", reasons.why, name="why"),
    path("matching/models/<int:pk>/rehearse/", modelling.rehearse, name="rehearse"),
    path("matching/models/<int:pk>/rehearsal/", rehearsals.rehearsal, name="rehearsal"),
    path("matching/models/<int:pk>/ask/", rehearsals.ask, name="ask"),
    path("matching/models/<int:pk>/promote/", modelling.promote, name="promote"),
    path("matching/models/<int:pk>/drop/", modelling.drop, name="drop"),
    path("matching/models/<int:pk>/adjust/", modelling.adjust, name="adjust"),
    path("matching/models/<int:pk>/export/", modelling.export, name="export"),
]
