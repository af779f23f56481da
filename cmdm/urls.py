"""All addresses of the hub."""

from django.contrib import admin
from django.contrib.auth import views as auth_views
from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from cmdm.views import errors, languages, lists, passwords, start, status
from consent.views.portal import unsubscribing

handler400 = "cmdm.views.errors.bad_request"
handler403 = "cmdm.views.errors.forbidden"
handler404 = "cmdm.views.errors.not_found"
handler500 = "cmdm.views.errors.fault"

api: list[URLPattern | URLResolver] = [
    path("", include("customers.api_urls")),
    path("", include("matching.api_urls")),
    path("", include("consent.api_urls")),
    path("", include("stewardship.api_urls")),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", SpectacularSwaggerSplitView.as_view(url_name="api:schema"), name="docs"),
]

admin.autodiscover()
urlpatterns = [
    path("", start.start, name="start"),
    path("sign-in/", auth_views.LoginView.as_view(redirect_authenticated_user=True), name="login"),
    path("sign-out/", auth_views.LogoutView.as_view(), name="logout"),
    path("language/", languages.language, name="language"),
    path("password/", passwords.OwnPassword.as_view(), name="password_change"),
    path("healthz", status.alive, name="alive"),
    path("readyz", status.ready, name="ready"),
    path("audit/", lists.audit_log, name="audit"),
    path("jobs/", lists.jobs, name="jobs"),
    path("jobs/<uuid:pk>/", lists.job, name="job"),
    path("jobs/<uuid:pk>/stop/", lists.stop_job, name="job_stop"),
    path("", include("customers.urls")),
    path("", include("matching.urls")),
    path("", include("consent.urls")),
    path("", include("stewardship.urls")),
    path("my/", include("consent.portal_urls")),
    path("u/<slug:token>/", unsubscribing.unsubscribe, name="unsubscribe"),
    path(".well-known/gpc.json", unsubscribing.gpc, name="gpc"),
    path("admin/login/", errors.to_sign_in),
    path("admin/password_change/", passwords.OwnPassword.as_view()),
    path("admin/", admin.site.urls),
    path("api/v1/", include((api, "api"))),
]
