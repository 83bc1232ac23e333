"""How teams are told: channels with a test, who is told when a clock runs out, what was sent."""

from typing import Any

import django_tables2 as tables
from django import forms
from django.contrib import messages
from django.contrib.auth import get_user_model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.html import format_html
from django.utils.safestring import SafeString

from integrations import public as hub
from monitoring import public
from monitoring.kit.clock import now_of
from monitoring.kit.columns import TimeColumn, badge_tag
from monitoring.kit.page import Action, Page, person, render
from monitoring.kit.permissions import Capability, can
from monitoring.kit.tables import Table, show
from monitoring.models import AlertChannel, Message
from monitoring.pages.choices import team_choices
from monitoring.pages.states import State
from monitoring.pages.tabs import settings_tabs
from monitoring.public import Team
from monitoring.services import channels
from monitoring.services.channels import ChannelError, ChannelLine
from monitoring.services.teams import set_ladder

REACH = (
    ("low", "Every exception"),
    ("medium", "What must be fixed today, and worse"),
    ("high", "Harm soon, and worse"),
    ("critical", "Harm now only"),
)
TONES = {
    "ready": State("On its way", "waiting"),
    "sending": State("On its way", "waiting"),
    "sent": State("Delivered", "agrees"),
    "failed": State("Given up", "wrong"),
}


class ChannelForm(forms.Form):
    """Where a team is told. `where` is never shown again: it may carry a key."""

    team = forms.ChoiceField(label="Team", choices=team_choices)
    kind = forms.ChoiceField(label="By", choices=AlertChannel.Kind.choices)
    label = forms.CharField(label="Name", max_length=60)
    where = forms.CharField(
        label="Addresses, or the web address",
        required=False,
        max_length=1000,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text="E-mail: empty means every member of the team.",
    )
    pace = forms.ChoiceField(label="When", choices=AlertChannel.Pace.choices)
    severity = forms.ChoiceField(label="What", choices=REACH)
    enabled = forms.BooleanField(label="In use", required=False, initial=True)

    def line(self) -> ChannelLine:
        """Return the channel as the service takes it. Only after `is_valid()`."""
        return ChannelLine(**self.cleaned_data)


class ChangeForm(ChannelForm):
    """A channel that exists: its kind stays."""

    kind = None  # type: ignore[assignment]

    def __init__(self, *args: Any, channel: AlertChannel, **options: Any) -> None:
        super().__init__(*args, **options)
        self.channel = channel
        if channel.kind != AlertChannel.Kind.EMAIL:
            self.fields["where"].help_text = "Empty keeps the address that is stored."

    def line(self) -> ChannelLine:
        return ChannelLine(kind=self.channel.kind, **self.cleaned_data)


class MessageTable(Table):
    caption = "Latest messages"
    empty_title = "Nobody was told anything yet"
    empty_text = "Every message is kept here with what the other side answered."

    made_at = TimeColumn(verbose_name="When", attrs={"td": {"class": "lead"}})
    to = tables.Column(verbose_name="To", accessor="pk")
    subject = tables.Column(verbose_name="About")
    state = tables.Column(verbose_name="State")
    receipt = tables.Column(verbose_name="Receipt")

    def render_to(self, record: Message) -> SafeString:
        if record.channel is None:
            assert record.person is not None
            return format_html("{}", record.person.get_full_name() or record.person.username)
        return format_html("{}<small>{}</small>", record.channel.team, record.channel.label)

    def render_state(self, value: str, record: Message) -> SafeString:
        state = TONES[record.state]
        return badge_tag(state.word, state.tone)


def alerts(request: HttpRequest) -> HttpResponse:
    """Every channel and the latest messages. A fixed number of queries."""
    return _page(request, ChannelForm())


def _page(
    request: HttpRequest, form: ChannelForm, *, status: int = 200, **more: Any
) -> HttpResponse:
    found = list(AlertChannel.objects.select_related("team"))
    teams = list(public.teams().select_related("lead", "backup"))
    told = {channel.team_id for channel in found if channel.enabled}
    messages_sent = Message.objects.select_related("channel__team", "person")
    context = {
        "page": PAGE,
        "tabs": settings_tabs("alerts"),
        "channels": [(each, dict(REACH)[each.severity], channel_state(each)) for each in found],
        "teams": [(team, team.pk in told) for team in teams],
        "people": get_user_model()
        .objects.filter(is_active=True)
        .order_by("first_name", "username"),
        "form": form,
        "table": show(MessageTable, messages_sent.order_by("-made_at", "-pk"), request),
        "may_edit": can(request.user, Capability.EDIT_SETTINGS),
        **more,
    }
    partial = "monitoring/partials/_alerts.html"
    return render(request, "monitoring/alerts.html", context, partial=partial, status=status)


def people_of_the_house() -> Any:
    """Return who may lead a team or stand in."""
    return get_user_model().objects.filter(is_active=True).order_by("first_name", "username")


def channel_state(channel: AlertChannel) -> State:
    if not channel.enabled:
        return State("Switched off", "unknown")
    if channel.failing_since:
        return State("Does not work", "wrong", channel.last_error)
    if channel.delivered_at is None:
        return State("Not tried yet", "unknown")
    return State("Works", "agrees")


def add(request: HttpRequest) -> HttpResponse:
    """Add a channel; the secret that signs is shown on this one answer and nowhere else."""
    form = ChannelForm(request.POST)
    if form.is_valid():
        try:
            made, secret = channels.add_channel(
                form.line(), by=person(request), now=now_of(request)
            )
        except ChannelError as error:
            form.add_error("where", str(error))
        else:
            return _page(request, ChannelForm(), made=made, secret=secret)
    return _page(request, form, status=422)


def one(request: HttpRequest, pk: int) -> HttpResponse:
    """One channel, to change or remove."""
    channel = get_object_or_404(AlertChannel.objects.select_related("team"), pk=pk)
    start = {
        "team": channel.team.code,
        "label": channel.label,
        "pace": channel.pace,
        "severity": channel.severity,
        "enabled": channel.enabled,
    }
    return _one(request, channel, ChangeForm(initial=start, channel=channel))


def _one(
    request: HttpRequest, channel: AlertChannel, form: ChangeForm, *, status: int = 200
) -> HttpResponse:
    context = {
        "page": CHANNEL,
        "channel": channel,
        "state": channel_state(channel),
        "form": form,
        "may_edit": can(request.user, Capability.EDIT_SETTINGS),
    }
    partial = "monitoring/partials/_channel.html"
    return render(request, "monitoring/channel.html", context, partial=partial, status=status)


def change(request: HttpRequest, pk: int) -> HttpResponse:
    channel = get_object_or_404(AlertChannel.objects.select_related("team"), pk=pk)
    form = ChangeForm(request.POST, channel=channel)
    if form.is_valid():
        try:
            channels.change_channel(pk, form.line(), by=person(request), now=now_of(request))
        except ChannelError as error:
            form.add_error("where", str(error))
        else:
            messages.success(request, "Saved. Try it with a test message.")
            return redirect("alerts")
    return _one(request, channel, form, status=422)


def remove(request: HttpRequest, pk: int) -> HttpResponse:
    try:
        channels.remove_channel(pk, by=person(request), now=now_of(request))
    except ChannelError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "Removed. Nobody is told there any more.")
    return redirect("alerts")


def test(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a harmless message the same way as any other."""
    now = now_of(request)
    try:
        channels.ask_test(pk, by=person(request), now=now)
    except ChannelError as error:
        messages.warning(request, str(error))
    else:
        hub.kick("tell", now=now)
        messages.success(request, "It goes out now. Its receipt appears below within seconds.")
    return redirect("alerts")


def ladder(request: HttpRequest) -> HttpResponse:
    """Name who leads a team and who stands in: they are told when its clocks run out."""
    team = get_object_or_404(Team, code=request.POST.get("team", ""))
    users = get_user_model().objects.filter(is_active=True)
    given = [request.POST.get(name) or "0" for name in ("lead", "backup")]
    lead, backup = (users.filter(pk=pk).first() if pk.isdigit() else None for pk in given)
    set_ladder(team=team, lead=lead, backup=backup, by=person(request), now=now_of(request))
    messages.success(request, f"Saved. {team} is led as you say.")
    return redirect("alerts")


EDIT = Capability.EDIT_SETTINGS
PAGE = Page(
    path="settings/alerts/",
    name="alerts",
    title="Alerts",
    view=alerts,
    capability=Capability.VIEW_SETTINGS,
    section="Settings",
    actions=(
        Action("settings/alerts/add/", "alert-add", add, EDIT),
        Action("settings/alerts/ladder/", "alert-ladder", ladder, EDIT),
    ),
)
CHANNEL = Page(
    path="settings/alerts/<int:pk>/",
    name="channel",
    title="Channel",
    view=one,
    capability=Capability.VIEW_SETTINGS,
    section="Settings",
    actions=(
        Action("settings/alerts/<int:pk>/change/", "alert-change", change, EDIT),
        Action("settings/alerts/<int:pk>/remove/", "alert-remove", remove, EDIT),
        Action("settings/alerts/<int:pk>/test/", "alert-test", test, EDIT),
    ),
)
