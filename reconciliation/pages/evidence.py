"""What was signed, as files: one day for whoever asks, a month for the auditor."""

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from monitoring.kit.page import Page
from monitoring.kit.permissions import Capability
from reconciliation.evidence.dossier import Dossier
from reconciliation.evidence.pack import VERIFY, dossier_of, month_files
from reconciliation.evidence.paper import pdf
from reconciliation.evidence.sheets import archive, csv_files
from reconciliation.models import EvidencePack, StoreDay
from reconciliation.pages.day import place
from reconciliation.pages.receipts import attachment
from reconciliation.pages.spans import month_of

Make = Callable[[Dossier], bytes]
KINDS: dict[str, tuple[str, Make]] = {
    "pdf": ("application/pdf", lambda dossier: pdf(dossier, verify=VERIFY)),
    "json": ("application/json", lambda dossier: dossier.text.encode()),
    "zip": ("application/zip", lambda dossier: archive(dict(csv_files(dossier)))),
}


def day_evidence(request: HttpRequest, code: str, on: str, kind: str) -> HttpResponse:
    """A day as it was signed last, or the evidence that `?pack=` names."""
    if kind not in KINDS:
        raise Http404
    _, wanted = place(code, on)
    day = get_object_or_404(StoreDay, store_code=code, business_date=wanted)
    asked = request.GET.get("pack", "")
    packs = day.packs.filter(sequence=asked) if asked.isdecimal() else day.packs
    pack = packs.order_by("part", "-sequence").first()
    if pack is None:
        raise Http404
    dossier = dossier_of(pack.content, digest=pack.hash)
    mime, make = KINDS[kind]
    return attachment(make(dossier), f"{dossier.name}.{kind}", mime)


def month_evidence(request: HttpRequest, month: str) -> HttpResponse:
    """Every day of a month as it was signed last, with an index and how to verify it."""
    span = month_of(month)
    if span is None:
        raise Http404
    packs = EvidencePack.objects.filter(
        day__business_date__gte=span.first, day__business_date__lte=span.last
    )
    rows = packs.order_by("sequence").iterator(chunk_size=50)
    files = month_files(dossier_of(pack.content, digest=pack.hash) for pack in rows)
    return attachment(archive(files), f"evidence-{span.first:%Y-%m}.zip", "application/zip")


DAY = Page(
    path="days/<str:code>/<str:on>/evidence.<slug:kind>",
    name="day-evidence",
    title="Evidence of a day",
    view=day_evidence,
    capability=Capability.VIEW_EVIDENCE,
    section="Days",
)
MONTH = Page(
    path="days/evidence/<str:month>.zip",
    name="month-evidence",
    title="Evidence of a month",
    view=month_evidence,
    capability=Capability.VIEW_EVIDENCE,
    section="Days",
)
