"""A whole retailer as one reviewable file: connections, owners, stores, links, mappings, teams.

Pure: text in, a checked model or every problem at once out; nothing here touches the database.
"""

from integrations.operating_model.diff import Change, changes, report
from integrations.operating_model.loading import load
from integrations.operating_model.policy import LinkPolicy, StockPolicy
from integrations.operating_model.problems import OperatingModelError, Problem
from integrations.operating_model.schema import OperatingModel
from integrations.operating_model.systems import SystemFacts
from integrations.operating_model.writing import write

__all__ = [
    "Change",
    "LinkPolicy",
    "OperatingModel",
    "OperatingModelError",
    "Problem",
    "StockPolicy",
    "SystemFacts",
    "changes",
    "load",
    "report",
    "write",
]
