"""Addresses of the stewardship app."""

from django.urls import URLPattern

app_name = "stewardship"
urlpatterns: list[URLPattern] = []
