"""The pages of reconciliation. Adding one is one line here."""

from reconciliation.pages import day_actions, days, evidence, journals, many_days, receipts

PAGES = (
    days.PAGE,
    many_days.CLEAN,
    many_days.WAITING,
    day_actions.PAGE,
    receipts.PAGE,
    receipts.FILE,
    evidence.DAY,
    evidence.MONTH,
    journals.PAGE,
    journals.JOURNAL,
)
