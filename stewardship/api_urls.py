"""API addresses of the stewardship app."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
