"""
The register over HTTP: applications, public notices, objections, titles, disposals, freezes, grants,
restrictions, filings, empowerment.
"""

from ninja import Router

from hutong.rights.api import applications, empowerment, filings, grants, notices, titles

router = Router(tags=["rights"])
for part in (empowerment, grants, filings, applications, notices, titles):
    router.add_router("", part.router)
