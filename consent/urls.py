"""Addresses of consent for stewards and privacy officers, and the public keys."""

from django.urls import path

from consent.views import acts, asked, claims, conflicts, customers, guardians, imports, notices, proof, purposes

app_name = "consent"
urlpatterns = [
    path(".well-known/jwks.json", acts.keys, name="keys"),
    path("consent/", acts.overview, name="dashboard"),
    path("consent/acts/", acts.acts, name="acts"),
    path("consent/receipts/<int:pk>/", acts.receipt, name="receipt"),
    path("consent/receipts/<int:pk>/signed/", acts.receipt_signed, name="receipt_signed"),
    path("consent/receipts/<int:pk>/json/", acts.receipt_json, name="receipt_json"),
    path("consent/two-answers/", conflicts.waiting, name="conflicts"),
    path("consent/proof/", proof.proofs, name="proofs"),
    path("consent/proof/<uuid:pk>/", proof.proof, name="proof"),
    path("consent/proof/<uuid:pk>/progress/", proof.progress, name="proof_progress"),
    path("consent/proof/<uuid:pk>/fetch/", proof.fetch, name="proof_fetch"),
    path("consent/customers/", claims.claims, name="claims"),
    path("consent/customers/<int:pk>/", claims.claim, name="claim"),
    path("consent/purposes/", purposes.purposes, name="purposes"),
    path("consent/purposes/new/", purposes.new, name="purpose_new"),
    path("consent/purposes/<slug:key>/", purposes.purpose, name="purpose"),
    path("consent/purposes/<slug:key>/publish/", purposes.publish, name="purpose_publish"),
    path("consent/purposes/<slug:key>/retire/", purposes.retire, name="purpose_retire"),
    path("consent/notices/", notices.notices, name="notices"),
    path("consent/notices/new/", notices.new, name="notice_new"),
    path("consent/notices/<int:pk>/", notices.notice, name="notice"),
    path("consent/notices/<int:pk>/retire/", notices.retire, name="notice_retire"),
    path("consent/notices/<int:pk>/discard/", notices.discard, name="notice_discard"),
    path("consent/notices/<int:pk>/against/<int:other>/", notices.compare, name="notice_compare"),
    path("consent/requests/", asked.requests, name="requests"),
    path("consent/requests/<uuid:pk>/", asked.one, name="request"),
    path("consent/requests/<uuid:pk>/take-up/", asked.take_up, name="request_take_up"),
    path("consent/proposals/", asked.proposals, name="proposals"),
    path("consent/proposals/<uuid:pk>/", asked.decide, name="proposal_decide"),
    path("consent/imports/", imports.imports, name="imports"),
    path("consent/imports/<uuid:pk>/", imports.columns, name="import"),
    path("consent/imports/<uuid:pk>/account/", imports.account, name="import_account"),
    path("customers/<uuid:key>/consents/", customers.consents, name="customer"),
    path("customers/<uuid:key>/consents/record/", customers.record, name="record"),
    path("customers/<uuid:key>/consents/guardian/", guardians.guardian, name="guardian"),
    path("customers/<uuid:key>/consents/guardian/<int:pk>/end/", guardians.end, name="guardian_end"),
    path("customers/<uuid:key>/consents/<int:pk>/void/", customers.void, name="void"),
    path("customers/<uuid:key>/consents/<slug:purpose>/ask/", customers.ask, name="ask"),
    path("customers/<uuid:key>/consents/<int:pk>/scan/", customers.scan, name="scan"),
]
