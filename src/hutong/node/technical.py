"""
Every table, to look at: Django's admin for technicians, at /desk/technical/.

Needs `venue.operate` with a second factor. Nothing can be added, changed or deleted here: a request
that is no GET is refused before any view. What would let its reader in (keys, secrets, sessions), what
is private to persons (openings) and what hides competitors from each other (LI-4, AU-9) is withheld.
"""

from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.contrib.admin import AdminSite, ModelAdmin
from django.db.models import BinaryField, JSONField, Model, TextField
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import include, path
from django.utils import translation
from django.utils.translation import gettext_lazy as _

POWER = "venue.operate"
# Columns nobody reads here, in any table.
WITHHELD = {
    "password",
    "secret",
    "secret_digest",
    "nonce",
    "seed",
    "salt",
    "seal_salt",
    "openings",
    "body",
    "session_hash",
    "get_data",
    "post_data",
}
WITHHELD_OF = {
    "listings.Intent": {"party", "applied_by", "evidence", "findings"},
    "auctions.Paddle": {"party", "intent"},
    "mfa.Authenticator": {"data"},
    "account.EmailConfirmation": {"key"},
    "journal.PrivatePayload": {"person", "party"},
    "settlement.Payable": {"payer"},
}
# Tables whose very keys open a door.
UNSHOWN = {"node.Session", "parties.SignInLink", "node.OnceRequest"}
COLUMNS = 7


def shown(model: type[Model]) -> list[Any]:
    """The columns of a table that may be read."""
    withheld = WITHHELD | WITHHELD_OF.get(model._meta.label, set())
    return [
        field
        for field in model._meta.concrete_fields
        if field.name not in withheld and not isinstance(field, BinaryField)
    ]


class ReadOnly(ModelAdmin):
    """One table: pages of rows, a page a row, and nothing to press."""

    actions = None
    list_per_page = 50
    list_max_show_all = 50
    show_full_result_count = False
    show_facets = None

    def __init__(self, model: type[Model], site: AdminSite) -> None:
        names = [field.name for field in shown(model)]
        short = [f.name for f in shown(model) if not isinstance(f, (TextField, JSONField))]
        self.fields = names
        self.readonly_fields = names
        self.list_display = short[:COLUMNS] or names[:1]
        self.list_display_links = self.list_display[:1]
        self.ordering = ["-pk"]
        super().__init__(model, site)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True  # the site has asked for the power

    def has_module_permission(self, request: HttpRequest) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_urls(self) -> list[Any]:
        """Lists and rows only: no adding, deleting, histories of changes."""
        wanted = ("_changelist", "_change")
        return [url for url in super().get_urls() if str(url.name or "").endswith(wanted)]


class TechnicalSite(AdminSite):
    site_title = site_header = _("Tables of the venue")
    index_title = _("To look at; nothing is changed here")
    site_url = "/desk"
    enable_nav_sidebar = False
    final_catch_all_view = False

    def has_permission(self, request: HttpRequest) -> bool:
        actor = getattr(request, "actor", None)
        return actor is not None and actor.second_factor and actor.has(POWER)

    def admin_view(self, view: Callable[..., HttpResponse], cacheable: bool = False) -> Any:
        inner = super().admin_view(view, cacheable)

        def looked_at(request: HttpRequest, *args: Any, **named: Any) -> HttpResponse:
            if request.method not in ("GET", "HEAD"):
                return HttpResponseNotAllowed(["GET", "HEAD"])
            if not self.has_permission(request):
                return redirect("/desk")
            with translation.override("en"):  # names of tables and columns are English
                response = inner(request, *args, **named)
                return response.render() if hasattr(response, "render") else response

        return looked_at

    def get_urls(self) -> list[Any]:
        """The index and the tables; signing in and passwords have their own pages."""
        tables: list[Any] = []
        for model, table in self._registry.items():
            place = f"{model._meta.app_label}/{model._meta.model_name}/"
            tables += [(place, table.urls)]
        return [
            path("", self.admin_view(self.index), name="index"),
            path("jsi18n/", self.admin_view(self.i18n_javascript), name="jsi18n"),
            *(path(place, include(urls)) for place, urls in tables),
            *(
                path(f"{label}/", self.admin_view(self.app_index), {"app_label": label}, "app_list")
                for label in sorted({model._meta.app_label for model in self._registry})
            ),
        ]


def tables() -> TechnicalSite:
    """The site with every table that may be shown."""
    made = TechnicalSite(name="admin")
    for model in apps.get_models():
        if model._meta.label in UNSHOWN or model._meta.is_composite_pk:
            continue
        made.register(model, ReadOnly)
    return made
