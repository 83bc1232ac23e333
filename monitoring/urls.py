from monitoring.kit.page import urls_for
from monitoring.pages import PAGES

urlpatterns = urls_for(PAGES)
