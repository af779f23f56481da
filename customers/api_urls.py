"""API addresses of the customers app."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
