"""Bearer tokens, looked up by their keyed digest."""

from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.request import Request

from cmdm import clock
from cmdm.database.rows import Rows
from cmdm.models import User, token_digest

_HOLDER = Rows(
    User,
    "JOIN cmdm_apitoken k ON k.user_id = t.id "
    "WHERE k.digest = %s AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > %s) AND t.is_active",
)


class TokenAuthentication(BaseAuthentication):
    """``Authorization: Bearer <token>``; 401 with one sentence for any fault of it."""

    keyword = "Bearer"

    def authenticate(self, request: Request) -> tuple[User, None] | None:
        """The token's user; ``None`` when the header is absent."""
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() != b"bearer":
            return None
        refusal = exceptions.AuthenticationFailed(_("This token is not valid."))
        if len(parts) != 2:
            raise refusal
        found = _HOLDER(token_digest(parts[1].decode("latin-1")), clock.now())
        if not found:
            raise refusal
        return found[0], None

    def authenticate_header(self, request: Request) -> str:
        return self.keyword


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The schema's word for it."""

    target_class = TokenAuthentication
    name = "token"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}
