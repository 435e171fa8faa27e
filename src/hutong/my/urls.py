"""Addresses of members' pages."""

from django.urls import path

from hutong.my import (
    deals,
    home,
    imports,
    intents,
    listings,
    money,
    notices,
    openings,
    party,
    preemptions,
    rights,
    technologies,
    tokens,
)

app_name = "my"

urlpatterns = [
    path("my", home.page, name="home"),
    path("my/party", party.page, name="party"),
    path("my/acting-for", party.acting_for, name="acting_for"),
    path("my/technologies", technologies.index, name="technologies"),
    path("my/technologies/template.xlsx", imports.template, name="template"),
    path("my/technologies/imports", imports.index, name="imports"),
    path("my/technologies/imports/<uuid:id>", imports.one, name="import"),
    path("my/technologies/bundle", technologies.bundle, name="bundle_new"),
    path("my/technologies/new", technologies.enter, name="technology_new"),
    path("my/technologies/<uuid:id>", technologies.one, name="technology"),
    path("my/technologies/<uuid:id>/edit", technologies.edit, name="technology_edit"),
    path("my/rights", rights.index, name="rights"),
    path("my/rights/new", rights.new, name="right_new"),
    path("my/rights/<uuid:id>", rights.one, name="right"),
    path("my/listings", listings.index, name="listings"),
    path("my/listings/new", listings.new, name="listing_new"),
    path("my/listings/<uuid:id>", listings.one, name="listing"),
    path("my/listings/<uuid:id>/edit", listings.edit, name="listing_edit"),
    path("my/pre-emptions/<uuid:listing>", preemptions.one, name="preemption"),
    path("my/intents", intents.index, name="intents"),
    path("my/intents/<uuid:id>", intents.one, name="intent"),
    path("my/deals", deals.index, name="deals"),
    path("my/deals/<uuid:id>", deals.one, name="deal"),
    path("my/money", money.page, name="money"),
    path("my/notices", notices.page, name="notices"),
    path("my/tokens", tokens.page, name="tokens"),
    path("my/openings", openings.index, name="openings"),
    path("my/openings/<int:index>", openings.one, name="opening"),
]
