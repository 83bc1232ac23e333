"""One box for any id of any system."""

from django.http import HttpRequest, HttpResponse

from monitoring.kit.page import Page, render
from monitoring.kit.permissions import Capability


def search(request: HttpRequest) -> HttpResponse:
    text = request.GET.get("q", "").strip()[:120]
    context = {"page": PAGE, "search_text": text}
    return render(request, "monitoring/search.html", context, partial="monitoring/search.html")


PAGE = Page(
    path="search/",
    name="search",
    title="Search",
    view=search,
    capability=Capability.VIEW_ORDERS,
    section="Orders",
)
