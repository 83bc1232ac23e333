"""Pages and actions: the permission is declared here and enforced where the URL is built."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import wraps
from typing import TYPE_CHECKING, Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, resolve_url
from django.shortcuts import render as django_render
from django.urls import URLPattern, path
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme

from monitoring.kit.permissions import Capability, can, holders

if TYPE_CHECKING:
    from django.contrib.auth.models import User

View = Callable[..., HttpResponse]

SECTIONS = (
    *("Today", "Exceptions", "Orders", "Stock", "Days", "Payouts"),
    *("Flows", "Mappings", "Manual", "Settings"),
)


@dataclass(frozen=True)
class Action:
    """Something a person does on a page: always POST, with a capability of its own."""

    path: str
    name: str
    view: View
    capability: Capability


@dataclass(frozen=True)
class Page:
    """One page of the app. `section` places it in the menu; pages with `menu` head their section.

    The capability has no default: a page that forgets it does not import.
    """

    path: str
    name: str
    title: str
    view: View
    capability: Capability
    section: str = ""
    icon: str = ""
    menu: bool = False
    actions: tuple[Action, ...] = field(default=())


def urls_for(pages: Iterable[Page]) -> list[URLPattern]:
    """Return one guarded URL per page and action."""
    patterns = []
    for page in pages:
        patterns.append(path(page.path, guarded(page.view, page.capability), name=page.name))
        for action in page.actions:
            view = post_only(guarded(action.view, action.capability))
            patterns.append(path(action.path, view, name=action.name))
    return patterns


def guarded(view: View, capability: Capability) -> View:
    """Wrap `view`: sign in first, then 403 with the reason unless the role allows it."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return sign_in_first(request)
        if not can(request.user, capability):
            return refused(request, capability)
        return view(request, *args, **kwargs)

    wrapped.capability = capability  # type: ignore[attr-defined]
    return wrapped


def post_only(view: View) -> View:
    """Wrap `view`: anything but POST is 405, and costs no permission check."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        return view(request, *args, **kwargs)

    return wrapped


def sign_in_first(request: HttpRequest) -> HttpResponse:
    """Send the browser to the sign-in page, also when only a partial was asked for."""
    if is_partial(request):
        return HttpResponse(status=204, headers={"HX-Redirect": resolve_url("login")})
    return redirect_to_login(request.get_full_path())


def refused(request: HttpRequest, capability: Capability) -> HttpResponse:
    """Answer 403, naming the roles that may."""
    context = {"capability": capability, "holders": holders(capability)}
    return django_render(request, "403.html", context, status=403)


def person(request: HttpRequest) -> "User":
    """Return who acts. Only in guarded views: there is always somebody."""
    if not request.user.is_authenticated:
        raise PermissionDenied
    return request.user


def back_to(request: HttpRequest, otherwise: str) -> HttpResponse:
    """Go back where the form was, as it says itself; never to another site."""
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return redirect(target if safe else otherwise)


def is_partial(request: HttpRequest) -> bool:
    """Say whether htmx asked for a piece of the page (not for history, not for a whole page)."""
    headers = request.headers
    if headers.get("HX-History-Restore-Request") == "true" or headers.get("HX-Boosted") == "true":
        return False
    return headers.get("HX-Request") == "true"


def render(
    request: HttpRequest,
    template: str,
    context: dict[str, Any],
    *,
    partial: str,
    status: int = 200,
) -> HttpResponse:
    """Answer the full page, or only `partial` when htmx asks; caches are told the difference."""
    chosen = partial if is_partial(request) else template
    response = django_render(request, chosen, context, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response
