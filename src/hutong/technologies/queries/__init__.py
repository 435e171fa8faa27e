"""
What can be asked about technologies. All of it is public but who imported what (TE-1).
"""

from hutong.technologies.queries.audit import audit
from hutong.technologies.queries.batches import BatchView, batch, batches
from hutong.technologies.queries.planning import Outcome, Planned, plan
from hutong.technologies.queries.runs import RunView, instructed_runs, run, runs
from hutong.technologies.queries.search import (
    Filters,
    Order,
    entered_by_day,
    market_count,
    page,
)
from hutong.technologies.queries.views import (
    PartView,
    TechnologyView,
    bundles_of,
    record,
    require_listable,
    technologies,
    technology,
    view,
    why_not_listable,
)

__all__ = [
    "BatchView",
    "Filters",
    "Order",
    "Outcome",
    "PartView",
    "Planned",
    "RunView",
    "TechnologyView",
    "audit",
    "batch",
    "batches",
    "bundles_of",
    "entered_by_day",
    "instructed_runs",
    "market_count",
    "page",
    "plan",
    "record",
    "require_listable",
    "run",
    "runs",
    "technologies",
    "technology",
    "view",
    "why_not_listable",
]
