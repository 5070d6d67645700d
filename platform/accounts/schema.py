"""Tells the OpenAPI schema how a token is sent."""

from drf_spectacular.extensions import OpenApiAuthenticationExtension

from accounts.tokens import KEYWORD


class TokenScheme(OpenApiAuthenticationExtension):
    """Read by drf-spectacular when the schema is made."""

    target_class = "accounts.tokens.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        """The header, in OpenAPI's words."""
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": f"{KEYWORD} fl_…, made on your account page",
        }
