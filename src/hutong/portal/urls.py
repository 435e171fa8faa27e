"""Addresses of the public's pages."""

from django.urls import include, path

from hutong.portal import (
    calendar,
    certificates,
    deals,
    elsewhere,
    foreign,
    home,
    institutions,
    listings,
    lots,
    network,
    notices,
    rulebook,
    search,
    technologies,
    titles,
)

app_name = "portal"

urlpatterns = [
    path("", home.page, name="home"),
    path("search", search.page, name="search"),
    path("technologies", technologies.index, name="technologies"),
    path("technologies/<uuid:id>", technologies.one, name="technology"),
    path("technologies/<uuid:id>/title", titles.page, name="title"),
    path("technologies/<uuid:id>/title.pdf", titles.paper, name="title_pdf"),
    path("listings", listings.board, name="board"),
    path("listings/<uuid:id>", listings.one, name="listing"),
    path("lots", lots.index, name="lots"),
    path("lots/<uuid:id>", lots.room, name="room"),
    path("lots/<uuid:id>/bids", lots.bids, name="bids"),
    path("lots/<uuid:id>/record", lots.record, name="record"),
    path("deals", deals.page, name="deals"),
    path("calendar", calendar.page, name="calendar"),
    path("calendar.ics", calendar.feed, name="feed"),
    path("public-notices", notices.index, name="notices"),
    path("public-notices/<uuid:id>", notices.one, name="notice"),
    path("certificates", certificates.index, name="certificates"),
    path(
        "certificates/status/<str:purpose>/<int:number>",
        certificates.status_list,
        name="status_list",
    ),
    path("certificates/<str:number>", certificates.one, name="certificate"),
    path("certificates/<str:number>/pdf", certificates.file, {"form": "pdf"}, name="pdf"),
    path("certificates/<str:number>/json", certificates.file, {"form": "json"}, name="json"),
    path("verify", certificates.verify, name="verify"),
    path("rules", rulebook.page, name="rules"),
    path("network", network.page, name="network"),
    path("network/venues/<str:code>/listings/<uuid:id>", foreign.listing, name="foreign_listing"),
    path(
        "network/venues/<str:code>/technologies/<uuid:id>",
        foreign.technology,
        name="foreign_technology",
    ),
    path("network/institutions", institutions.page, name="institutions"),
    path("network/sign-in", elsewhere.vouch, name="sign_in_elsewhere"),
    path("network/sign-in/going", elsewhere.going, name="sign_in_going"),
    path("network/sign-in-from", elsewhere.choose, name="sign_in_from"),
    path("network/sign-in-from/<str:code>", elsewhere.leave, name="sign_in_leave"),
    path("network/signed-in", elsewhere.arrive, name="sign_in_arrive"),
    path("network/lists/<str:digest>", network.signed_list, name="network_list"),
    path("log", include("hutong.portal.log_urls")),
]
