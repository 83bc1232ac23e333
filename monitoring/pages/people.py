"""People: who may sign in, their roles and teams. A change holds from their next click."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth import get_user_model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from integrations.public import audit_entries
from monitoring import public
from monitoring.kit.clock import now_of
from monitoring.kit.page import Action, Page, person, render
from monitoring.kit.permissions import BY_SLUG, ROLES, Capability, can
from monitoring.pages.tabs import settings_tabs
from monitoring.services.people import PeopleError, add_person, change_person

ROLE_CHOICES = [(role.slug, role.label) for role in ROLES]


class AddForm(forms.Form):
    """A new account. It gets its roles on its own page."""

    username = forms.SlugField(max_length=60, label="Signs in as")
    name = forms.CharField(max_length=120, label="Full name")
    email = forms.EmailField(required=False, label="E-mail")
    password = forms.CharField(
        label="First password",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class ChangeForm(forms.Form):
    """What somebody may do, and for which teams they work."""

    roles = forms.MultipleChoiceField(
        choices=ROLE_CHOICES, required=False, widget=forms.CheckboxSelectMultiple
    )
    teams = forms.MultipleChoiceField(
        choices=lambda: list(public.teams().values_list("code", "name")),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    is_active = forms.BooleanField(required=False, label="May sign in")


def people(request: HttpRequest) -> HttpResponse:
    """Everybody, with roles and teams. A fixed number of queries."""
    return _people(request, AddForm())


def _people(request: HttpRequest, form: AddForm, *, status: int = 200) -> HttpResponse:
    users = get_user_model().objects.prefetch_related("groups", "teams")
    rows = [
        {
            "person": user,
            "roles": [BY_SLUG[g.name].label for g in user.groups.all() if g.name in BY_SLUG],
            "teams": [team.name for team in user.teams.all()],
        }
        for user in users.order_by("-is_active", "first_name", "username")
    ]
    context = {
        "page": PAGE,
        "tabs": settings_tabs("people"),
        "rows": rows,
        "form": form,
        "may_manage": can(request.user, Capability.MANAGE_USERS),
    }
    partial = "monitoring/partials/_people.html"
    return render(request, "monitoring/people.html", context, partial=partial, status=status)


def add(request: HttpRequest) -> HttpResponse:
    """Make an account, then go on to its roles."""
    form = AddForm(request.POST)
    if form.is_valid():
        try:
            made = add_person(**form.cleaned_data, by=person(request), now=now_of(request))
        except PeopleError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"{made.get_full_name()} may sign in. Now choose the roles.")
            return redirect("person", pk=made.pk)
    return _people(request, form, status=422)


def one(request: HttpRequest, pk: int) -> HttpResponse:
    """One person's roles and teams."""
    user = get_object_or_404(get_user_model(), pk=pk)
    start = {
        "roles": list(user.groups.values_list("name", flat=True)),
        "teams": list(user.teams.values_list("code", flat=True)),
        "is_active": user.is_active,
    }
    return _one(request, user, ChangeForm(initial=start))


def _one(request: HttpRequest, user: Any, form: ChangeForm, *, status: int = 200) -> HttpResponse:
    context = {
        "page": PERSON,
        "person": user,
        "form": form,
        "may_manage": can(request.user, Capability.MANAGE_USERS),
        "changes": changes_of(user.get_username()),
    }
    partial = "monitoring/partials/_person.html"
    return render(request, "monitoring/person.html", context, partial=partial, status=status)


def changes_of(username: str) -> Any:
    return audit_entries().filter(action__startswith="person.", subject=username)[:20]


def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Set roles, teams and whether they may sign in."""
    user = get_object_or_404(get_user_model(), pk=pk)
    form = ChangeForm(request.POST)
    if form.is_valid():
        try:
            change_person(person=user, **form.cleaned_data, by=person(request), now=now_of(request))
        except PeopleError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"Saved. It holds from {user.get_username()}’s next click.")
            return redirect(reverse("people"))
    return _one(request, user, form, status=422)


PAGE = Page(
    path="settings/people/",
    name="people",
    title="Settings",
    view=people,
    capability=Capability.VIEW_SETTINGS,
    section="Settings",
    icon="settings",
    menu=True,
    actions=(Action("settings/people/add/", "person-add", add, Capability.MANAGE_USERS),),
)
PERSON = Page(
    path="settings/people/<int:pk>/",
    name="person",
    title="Person",
    view=one,
    capability=Capability.VIEW_SETTINGS,
    section="Settings",
    actions=(
        Action(
            "settings/people/<int:pk>/change/", "person-change", change, Capability.MANAGE_USERS
        ),
    ),
)
