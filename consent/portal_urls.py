"""Addresses of the customers' own portal."""

from django.urls import path

from consent.views.portal import account, consents, contacts, data, entering, history, requests, showing, unsubscribing

app_name = "my"
urlpatterns = [
    path("", entering.start, name="start"),
    path("sign-in/", entering.sign_in, name="sign_in"),
    path("register/", entering.register, name="register"),
    path("code/", entering.code, name="code"),
    path("sign-out/", entering.sign_out, name="sign_out"),
    path("sign-out-everywhere/", entering.sign_out_everywhere, name="sign_out_everywhere"),
    path("language/", entering.language, name="language"),
    path("again/", entering.step_up, name="step_up"),
    path("prove/", showing.prove, name="prove"),
    path("ask-us/", showing.claim, name="claim"),
    path("profile/", showing.profile, name="profile"),
    path("addresses/add/", contacts.add_address, name="add_address"),
    path("addresses/change/", contacts.change_contact, name="change_contact"),
    path("addresses/change/codes/", contacts.change_codes, name="change_codes"),
    path("agree/<slug:token>/", unsubscribing.confirm_link, name="confirm_link"),
    path("which/<slug:token>/", entering.which, name="which"),
    path("addresses/undo/<slug:token>/", contacts.undo_change, name="undo_change"),
    path("account/", account.account, name="account"),
    path("data/", data.data, name="data"),
    path("data/<slug:attribute>/", data.correct, name="correct"),
    path("data/<slug:attribute>/right/", data.confirm, name="confirm"),
    path("questions/<slug:key>/", data.reply, name="reply"),
    path("not-me/", data.not_me, name="not_me"),
    path("told/<uuid:pk>/back/", data.take_back, name="take_back"),
    path("consents/", consents.consents, name="consents"),
    path("consents/answer/", consents.answer, name="answer"),
    path("consents/stop/", consents.stop_all, name="stop_all"),
    path("preferences/", consents.prefer, name="prefer"),
    path("receipts/", history.receipts, name="receipts"),
    path("receipts/<uuid:group>/", history.receipt, name="receipt"),
    path("requests/", requests.requests, name="requests"),
    path("requests/new/<slug:kind>/", requests.ask, name="ask"),
    path("requests/<uuid:pk>/back/", requests.take_back, name="request_back"),
    path("history/", history.history, name="history"),
]
