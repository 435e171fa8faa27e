"""The translation tool: what it finds, what it keeps, what it refuses to call complete."""

from pathlib import Path

import pytest

from hutong.ui import translations
from hutong.ui.translations import CATALOGUE, WordsFault, check, collect, compile_all


@pytest.fixture
def house(tmp_path: Path) -> Path:
    root = tmp_path / "hutong"
    (root / "listings" / "templates" / "listings").mkdir(parents=True)
    (root / "listings" / "__init__.py").write_text("")
    (root / "listings" / "rules.py").write_text(
        'REASON = reason("listings.period_over", "LI-5", N_("The period "\n    "ended at {ended_at}."))\n'
    )
    (root / "listings" / "templates" / "listings" / "card.html").write_text(
        '{% load i18n %}\n    <p>{% translate "Price" %}</p>\n  <b>"{{ x|default:_("negotiable") }}</b>\n'
        "{% blocktranslate trimmed count n=n %}\n  {{ n }} intent\n{% plural %}\n  {{ n }} intents\n"
        "{% endblocktranslate %}\n"
    )
    return root


def catalogue(root: Path, area: str = "listings") -> Path:
    return root / area / CATALOGUE


def fill(root: Path, **strings: str) -> None:
    path = catalogue(root)
    text = path.read_text()
    for msgid, msgstr in strings.items():
        assert f'msgid "{msgid}"\nmsgstr ""' in text
        text = text.replace(f'msgid "{msgid}"\nmsgstr ""', f'msgid "{msgid}"\nmsgstr "{msgstr}"')
    path.write_text(text)


COMPLETE = {
    "The period ended at {ended_at}.": "期限已于{ended_at}届满。",
    "Price": "价格",
    "negotiable": "面议",
}


def complete(root: Path) -> None:
    collect(root=root)
    fill(root, **COMPLETE)
    path = catalogue(root)
    path.write_text(path.read_text().replace('msgstr[0] ""', 'msgstr[0] "%(n)s 份意向"'))


def test_words_of_code_and_templates_are_collected(house: Path) -> None:
    collect(root=house)
    text = catalogue(house).read_text()
    for msgid in ("The period ended at {ended_at}.", "Price", "negotiable", "%(n)s intent"):
        assert f'msgid "{msgid}"' in text
    assert "#: hutong/listings/rules.py\n" in text  # a file, no line number


def test_a_complete_catalogue_has_no_fault(house: Path) -> None:
    complete(house)
    assert check(root=house) == []


def test_collecting_again_changes_nothing(house: Path) -> None:
    complete(house)
    before = catalogue(house).read_bytes()
    (house / "listings" / "rules.py").write_text(
        "\n\n# moved down\n" + (house / "listings" / "rules.py").read_text()
    )
    assert collect(root=house) == []
    assert catalogue(house).read_bytes() == before


def test_what_is_empty_is_named(house: Path) -> None:
    collect(root=house)
    faults = check(root=house)
    assert len(faults) == 4
    assert all(": empty: “" in fault for fault in faults)


def test_what_was_never_collected_is_named(house: Path) -> None:
    complete(house)
    (house / "listings" / "actions.py").write_text('x = gettext("A new thing")\n')
    assert check(root=house) == [
        "hutong/listings/locale/zh_Hans/LC_MESSAGES/django.po: missing: “A new thing” "
        "(hutong/listings/actions.py)"
    ]


def test_what_is_fuzzy_is_named(house: Path) -> None:
    complete(house)
    path = catalogue(house)
    path.write_text(path.read_text().replace('msgid "Price"', '#, fuzzy\nmsgid "Price"'))
    assert [fault for fault in check(root=house) if "fuzzy: “Price”" in fault]


def test_what_is_said_no_more_is_named_kept_and_pruned_on_demand(house: Path) -> None:
    complete(house)
    rules = house / "listings" / "rules.py"
    said = rules.read_text()
    rules.write_text("")
    assert any("stale" in fault and "collect again" in fault for fault in check(root=house))
    collect(root=house)
    assert any("stale" in fault and "prune" in fault for fault in check(root=house))
    rules.write_text(said)
    collect(root=house)
    assert check(root=house) == []  # the translation came back with the line
    rules.write_text("")
    collect(root=house, prune=True)
    assert check(root=house) == []
    assert "期限" not in catalogue(house).read_text()


def test_a_translation_that_loses_a_field_is_named(house: Path) -> None:
    complete(house)
    path = catalogue(house)
    path.write_text(path.read_text().replace("期限已于{ended_at}届满。", "期限已届满。"))
    assert [fault for fault in check(root=house) if "differ in ended_at" in fault]


def test_one_phrase_with_two_translations_is_named(house: Path) -> None:
    complete(house)
    (house / "deals").mkdir()
    (house / "deals" / "__init__.py").write_text('PRICE = N_("Price")\n')
    collect("deals", root=house)
    path = catalogue(house, "deals")
    path.write_text(
        path.read_text().replace('msgid "Price"\nmsgstr ""', 'msgid "Price"\nmsgstr "成交价"')
    )
    (fault,) = check(root=house)
    assert "contradictory: “Price”" in fault


def test_an_f_string_is_refused_and_nothing_is_written(house: Path) -> None:
    (house / "listings" / "actions.py").write_text('x = gettext(f"Hello {name}")\n')
    with pytest.raises(WordsFault, match=r"listings/actions\.py:1: an f-string"):
        collect(root=house)
    assert not catalogue(house).exists()


def test_compiling_is_done_once_and_the_result_is_read_by_gettext(house: Path) -> None:
    import gettext

    complete(house)
    assert [path.name for path in compile_all(root=house)] == ["django.mo"]
    assert compile_all(root=house) == []
    with catalogue(house).with_suffix(".mo").open("rb") as file:
        words = gettext.GNUTranslations(file)
    assert words.gettext("Price") == "价格"
    assert words.ngettext("%(n)s intent", "%(n)s intents", 2) == "%(n)s 份意向"


def test_a_catalogue_that_cannot_be_compiled_is_named_with_what_to_do(house: Path) -> None:
    complete(house)
    catalogue(house).with_suffix(".mo.new").mkdir()  # nothing can be written there
    with pytest.raises(WordsFault, match=r"django\.mo is older .* as the user who owns it"):
        compile_all(root=house)


def test_every_area_of_the_house_is_known() -> None:
    assert {"kit", "ui", "node"} <= set(translations.areas())
