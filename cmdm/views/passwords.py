"""Changing one's own password."""

from django.contrib.auth.views import PasswordChangeView
from django.contrib.messages.views import SuccessMessageMixin
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from cmdm.forms import OwnPasswordForm


class OwnPassword(SuccessMessageMixin, PasswordChangeView):
    """The form, then the start page."""

    form_class = OwnPasswordForm
    success_url = reverse_lazy("start")
    success_message = _("Your password is changed.")
