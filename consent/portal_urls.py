"""Addresses of the customers' own portal."""

from django.urls import path

from consent.views.portal import contacts, entering, showing

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
    path("addresses/undo/<slug:token>/", contacts.undo_change, name="undo_change"),
]
