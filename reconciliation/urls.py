from monitoring.kit.page import urls_for
from reconciliation.pages import PAGES

urlpatterns = urls_for(PAGES)
