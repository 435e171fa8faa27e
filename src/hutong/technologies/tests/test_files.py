"""What a file must be, and how one that is not is refused (TE-5)."""

import datetime
import json

import pytest

from hutong.kit.refusal import Refused
from hutong.technologies.faults import Problem
from hutong.technologies.importing import files, formats
from hutong.technologies.importing.check import check
from hutong.technologies.importing.formats import AUTO, Format
from hutong.technologies.importing.workbook import workbook
from hutong.technologies.rules import Refusal
from hutong.technologies.tests.books import (
    HEADER,
    bomb,
    repacked,
    saved,
    sheet_of,
    with_entities,
)

ROW = {"kind": "专利", "title_zh": "一种装置", "application_number": "201710601862.3"}


def read(path, format=AUTO):
    """(rows, faults as (row, column, problem)) of a file."""
    file = files.take(path)
    with check(formats.read(file, formats.format_of(file, format))) as checked:
        right = [record for _, record in checked.records()]
        return right, [(f.row, f.column, f.finding.problem) for f in checked.faults]


def refusal(path, format=AUTO):
    with pytest.raises(Refused) as refused:
        read(path, format)
    assert refused.value.sentence()
    return refused.value.reason


def test_the_filled_template_is_read(tmp_path):
    row = {**ROW, "expires_on": datetime.date(2037, 7, 21), "trl": 6, "ipc": ["G06F16/33", "A"]}
    (record,), faults = read(saved(tmp_path, workbook([row])))
    assert faults == []
    assert record.expires_on == datetime.date(2037, 7, 21)
    assert (record.trl, record.ipc) == (6, ("G06F16/33", "A"))


def test_the_template_needs_no_extension_and_no_order_of_columns(tmp_path):
    book = sheet_of(["名称（中文）", "Kind"], ["甲工艺", "know_how"])
    (record,), faults = read(saved(tmp_path, book, "upload.tmp"))
    assert (record.title_zh, faults) == ("甲工艺", [])


def _rows_of(*changes):
    """The template's header and one good row, with cells changed by column name."""
    row = dict.fromkeys(HEADER)
    row.update({HEADER[0]: "专利", HEADER[1]: "甲", HEADER[3]: "201710601862.3"})
    row.update({HEADER[index]: value for index, value in changes})
    return HEADER, list(row.values())


@pytest.mark.parametrize(
    ("index", "value", "column", "problem"),
    [
        (3, "=A1", "D 申请号", Problem.FORMULA),
        (1, "=1+2", "B 名称（中文）", Problem.FORMULA),
        (3, "#REF!", "D 申请号", Problem.CELL_ERROR),
        (3, 201710601862, "D 申请号", Problem.NO_CHECK_DIGIT),
        (13, 12, "N 技术成熟度", Problem.NOT_A_TRL),
        (9, "下个月", "J 届满日", Problem.NOT_A_DATE),
    ],
)
def test_a_bad_cell_is_named_by_row_and_column(tmp_path, index, value, column, problem):
    _, faults = read(saved(tmp_path, sheet_of(*_rows_of((index, value)))))
    assert faults == [(2, column, problem)]


def test_a_number_typed_as_a_number_keeps_its_check_digit(tmp_path):
    (record,), faults = read(saved(tmp_path, sheet_of(*_rows_of((3, 201710601862.3)))))
    assert (record.numbers, faults) == ({"application": "201710601862.3"}, [])


def test_merged_cells_and_stray_values_are_faults(tmp_path):
    def change(sheet):
        sheet.merge_cells("A2:A3")
        sheet["Z4"] = "x"

    book = sheet_of(*_rows_of(), [None] * 5, ["know_how", "乙"], change=change)
    _, faults = read(saved(tmp_path, book))
    assert faults == [(2, "row", Problem.MERGED), (4, "Z", Problem.EXTRA_VALUE)]


def test_one_right_in_two_rows_makes_both_faulty(tmp_path):
    rows = [ROW, {**ROW, "title_zh": "乙"}, {"kind": "know_how", "title_zh": "丙"}]
    right, faults = read(saved(tmp_path, workbook(rows)))
    assert [record.title_zh for record in right] == ["丙"]
    assert faults == [
        (2, "D 申请号", Problem.NUMBER_REPEATED),
        (3, "D 申请号", Problem.NUMBER_REPEATED),
    ]


def test_a_row_faulty_for_another_reason_still_counts_as_a_repeat(tmp_path):
    rows = [{**ROW, "trl": 99}, ROW]
    right, faults = read(saved(tmp_path, workbook(rows)))
    assert right == []
    assert {(row, problem) for row, _, problem in faults} == {
        (2, Problem.NOT_A_TRL),
        (2, Problem.NUMBER_REPEATED),
        (3, Problem.NUMBER_REPEATED),
    }


def test_publication_and_grant_in_two_rows_are_one_right(tmp_path):
    rows = [
        {"kind": "patent_application", "title_zh": "甲", "publication_number": "CN111504366A"},
        {"kind": "patent", "title_zh": "甲", "grant_number": "CN111504366B"},
    ]
    _, faults = read(saved(tmp_path, workbook(rows)))
    assert [problem for _, _, problem in faults] == [Problem.NUMBER_REPEATED] * 2


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", Refusal.FILE_EMPTY),
        (b"PK\x03\x04 broken", Refusal.FILE_DAMAGED),
        (workbook()[:3000], Refusal.FILE_DAMAGED),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512, Refusal.FILE_LOCKED),
        (b"kind,title\n", Refusal.FILE_NOT_WORKBOOK),
    ],
)
def test_workbooks_that_are_none_are_refused(tmp_path, data, reason):
    assert refusal(saved(tmp_path, data), "template") is reason


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        ({"xl/vbaProject.bin": b"x"}, Refusal.FILE_HAS_MACROS),
        ({"xl/embeddings/oleObject1.bin": b"x"}, Refusal.FILE_HAS_MACROS),
        ({"xl/externalLinks/externalLink1.xml": b"x"}, Refusal.FILE_HAS_MACROS),
        ({"[Content_Types].xml": b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"},
         Refusal.FILE_HAS_MACROS),
        ({"xl/workbook.xml": None}, Refusal.FILE_NOT_WORKBOOK),
        ({"xl/worksheets/sheet1.xml": b"<worksheet><sheetData><row>"}, Refusal.FILE_DAMAGED),
        ({"xl/worksheets/sheet1.xml": None}, Refusal.SHEET_MISSING),
    ],
)  # fmt: skip
def test_a_workbook_with_more_or_less_than_cells_is_refused(tmp_path, parts, reason):
    data = repacked(workbook([ROW]), **{name.replace("/", "__"): c for name, c in parts.items()})
    assert refusal(saved(tmp_path, data)) is reason


def test_a_small_file_that_unpacks_to_a_huge_one_is_refused_before_it_does(tmp_path):
    path = saved(tmp_path, bomb(330))
    assert path.stat().st_size < 1_000_000
    assert refusal(path) is Refusal.FILE_EXPANDS


def test_a_workbook_of_50_megabytes_is_refused(tmp_path):
    path = saved(tmp_path, b"PK\x03\x04")
    with path.open("r+b") as file:
        file.truncate(50 * 1024 * 1024)
    assert refusal(path) is Refusal.FILE_TOO_LARGE


def test_entities_inside_entities_are_refused(tmp_path):
    assert refusal(saved(tmp_path, with_entities())) is Refusal.FILE_DAMAGED


@pytest.mark.parametrize(
    ("rows", "title", "reason"),
    [
        ([HEADER], "Sheet1", Refusal.SHEET_MISSING),
        ([["专利号", "名称"]], None, Refusal.HEADER_WRONG),
        ([["Kind", "Kind", "Title (Chinese)"]], None, Refusal.HEADER_WRONG),
        ([["Kind"]], None, Refusal.HEADER_WRONG),
        ([[]], None, Refusal.HEADER_WRONG),
    ],
)
def test_a_workbook_of_another_shape_is_refused(tmp_path, rows, title, reason):
    data = sheet_of(*rows, **({"title": title} if title else {}))
    assert refusal(saved(tmp_path, data)) is reason


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("种".encode("gb18030") * 10, Refusal.FILE_ENCODING),
        (b"hello world\n", Refusal.FILE_UNKNOWN),
        (b'[{"technologyMaturityCurrent": "3", ', Refusal.FILE_BROKEN),
        (b"publication_numbers,patent_title\nCN1,x\n", Refusal.FILE_UNKNOWN),
        (b"Center;Status\nx;y\n", Refusal.FILE_UNKNOWN),
        (b"\x00\x01\x02\n", Refusal.FILE_UNKNOWN),
    ],
)
def test_text_that_is_no_known_format_is_refused(tmp_path, data, reason):
    assert refusal(saved(tmp_path, data, "file.txt")) is reason


def test_a_format_asked_for_must_be_one_and_fit(tmp_path):
    path = saved(tmp_path, b"publication_numbers,patent_title\nCN1,x\n", "file.csv")
    assert refusal(path, "pdf") is Refusal.FORMAT_UNKNOWN
    assert refusal(path, "cn-titles") is Refusal.HEADER_WRONG
    assert refusal(saved(tmp_path, workbook()), "cn-titles") is Refusal.FILE_UNKNOWN


def test_a_wrong_encoding_is_named_with_its_line(tmp_path):
    good = json.dumps({"id": "CN117151122A", "title": "甲"}, ensure_ascii=False).encode()
    path = saved(tmp_path, good + b"\n" + '{"id": "甲"}'.encode("gb18030"), "file.jsonl")
    with pytest.raises(Refused) as refused:
        read(path)
    assert (refused.value.reason, refused.value.facts["line"]) == (Refusal.FILE_ENCODING, 2)


def test_lines_that_are_no_records_are_faults_of_their_own(tmp_path):
    lines = [
        '{"id": "CN117151122A", "title": "甲", "cpc": ["G06F16/33"]}',
        "{broken",
        "[1, 2]",
        '{"id": 7, "title": "乙"}',
        '{"id": "CN117151123A", "title": null, "cpc": "G06F"}',
        "",
        '{"id": "CN117151124A", "title": "丙", "cpc": ["G6"]}',
        '{"id": "CN117151122B", "title": "丁"}',
        "[" * 100_000,
    ]
    right, faults = read(saved(tmp_path, "\n".join(lines).encode(), "file.jsonl"))
    assert right == []
    assert {(row, problem) for row, _, problem in faults} == {
        (1, Problem.NUMBER_REPEATED),
        (2, Problem.NOT_A_RECORD),
        (3, Problem.NOT_A_RECORD),
        (4, Problem.NUMBER_MALFORMED),
        (5, Problem.NO_TITLE),
        (5, Problem.NOT_TEXT),
        (7, Problem.NOT_A_CPC),
        (8, Problem.NUMBER_REPEATED),
        (9, Problem.NOT_A_RECORD),
    }


def test_a_file_of_nothing_but_faults_is_refused_without_listing_them_all(tmp_path):
    path = saved(tmp_path, b'{"id": "CN1", "title": "x"}\n' * 30_000, "file.jsonl")
    assert refusal(path) is Refusal.TOO_MANY_FAULTS


def test_each_repeat_shows_what_stands_in_its_own_row(tmp_path):
    rows = [ROW, {**ROW, "application_number": "ZL 201710601862.3"}]
    file = files.take(saved(tmp_path, workbook(rows)))
    with check(formats.read(file, Format.TEMPLATE)) as checked:
        assert [fault.finding.value for fault in checked.faults] == [
            "201710601862.3",
            "ZL 201710601862.3",
        ]


def test_a_quoted_field_that_never_ends_is_named(tmp_path):
    data = b'publication_numbers,patent_title,ipc_subclasses\nCN117151122A,"never,A01B\n'
    assert refusal(saved(tmp_path, data, "file.csv")) is Refusal.FILE_BROKEN


def test_a_line_without_end_is_refused_in_bounded_memory(tmp_path):
    path = saved(tmp_path, b'{"id": "', "file.jsonl")
    with path.open("ab") as file:
        file.truncate(30 * 1024 * 1024)
    assert refusal(path, "cn-patents") is Refusal.FILE_BROKEN


@pytest.mark.shared_data
def test_the_faults_of_nasas_list_are_all_found(shared_data):
    _, faults = read(shared_data / "technologies" / "nasa_patents_2024.csv")
    found = {(row, column): problem for row, column, problem in faults}
    assert found[82, "Patent Expiration Date"] is Problem.CENTURY_OFF
    assert found[242, "Application SN"] is Problem.NUMBER_REPEATED
    assert found[380, "Application SN"] is Problem.NUMBER_EMPTY
    assert found[896, "Application SN"] is Problem.NUMBER_MALFORMED
    assert Problem.UNKNOWN_STATUS in found.values()
    counted = {p: sum(1 for q in found.values() if q is p) for p in set(found.values())}
    assert counted == {
        Problem.CENTURY_OFF: 38,
        Problem.NUMBER_REPEATED: 11,
        Problem.NUMBER_EMPTY: 11,
        Problem.NUMBER_MALFORMED: 1,
        Problem.UNKNOWN_STATUS: 1,
        Problem.GARBLED: 1,
    }


def test_a_format_is_told_by_its_beginning(tmp_path):
    cases = {
        Format.CN_TITLES: b"publication_numbers,patent_title,ipc_subclasses\n",
        Format.NASA_PATENTS: "\ufeffCenter;Status;Case Number;Application SN;Title;"
        "Patent Expiration Date\n".encode(),
        Format.CN_PATENTS: b'{"id": "CN1", "title": "x"}\n',
        Format.NASA_TECHPORT: b'[\n {\n  "technologyMaturityStart": "4"}]',
        Format.TEMPLATE: workbook(),
    }
    for format, data in cases.items():
        assert formats.format_of(files.take(saved(tmp_path, data, "file"))) is format
