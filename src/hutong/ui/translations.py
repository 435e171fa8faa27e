"""
Words in two languages, kept complete without GNU gettext.

    code and templates ──collect()──▶ <area>/locale/zh_Hans/LC_MESSAGES/django.po ──compile_all()──▶ .mo
                                                      └──check()──▶ what is missing, named

English is the language of the msgids, so only Chinese has catalogues. A `.po` is committed, its
`.mo` is not. Entries carry file names without line numbers, so that moving code moves no catalogue.
What code no longer says stays at the end of its file as `#~` until `collect(prune=True)`: a
translation is not lost because a line was away for a moment.

Pure of Django settings: the launcher compiles before anything is configured.
"""

import ast
import io
import re
import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation import TranslatorCommentWarning
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[1]  # src/hutong
LOCALE = "zh_Hans"
CATALOGUE = Path("locale") / LOCALE / "LC_MESSAGES" / "django.po"
SKIPPED_FOLDERS = {"tests", "migrations", "static", "locale", "__pycache__"}
TEMPLATE_ENDINGS = {".html", ".txt"}

# Which arguments of a call are words: (context, singular, plural) positions, None where it has none.
KEYWORDS: dict[str, tuple[int | None, int, int | None]] = {
    "_": (None, 0, None),
    "N_": (None, 0, None),
    "gettext": (None, 0, None),
    "gettext_lazy": (None, 0, None),
    "gettext_noop": (None, 0, None),
    "ngettext": (None, 0, 1),
    "ngettext_lazy": (None, 0, 1),
    "pgettext": (0, 1, None),
    "pgettext_lazy": (0, 1, None),
    "npgettext": (0, 1, 2),
}
_BABEL_KEYWORDS = {
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
_BRACE = re.compile(r"{([a-z_][a-z0-9_]*)[^{}]*}")
_PERCENT = re.compile(r"%\((\w+)\)[a-z]")


class WordsFault(Exception):
    """A file whose words cannot be read; the message names file and line."""


@dataclass(frozen=True, slots=True)
class Words:
    """One thing the code says: where, in what context, one and many."""

    file: str
    line: int
    singular: str
    plural: str | None = None
    context: str | None = None


def areas(root: Path = ROOT) -> list[str]:
    """Name every area (a package directly under `root`), in alphabetical order."""
    return sorted(path.parent.name for path in root.glob("*/__init__.py"))


def words_of(area: str, root: Path = ROOT) -> Iterator[Words]:
    """Read everything the area says, file by file. Raises WordsFault."""
    folder = root / area
    for path in sorted(folder.rglob("*")):
        if SKIPPED_FOLDERS & set(path.relative_to(folder).parts[:-1]) or not path.is_file():
            continue
        if path.suffix == ".py":
            yield from words_of_python(path)
        elif path.suffix in TEMPLATE_ENDINGS and "templates" in path.parts:
            yield from words_of_template(path)


def words_of_python(path: Path) -> Iterator[Words]:
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"))
    except (SyntaxError, UnicodeDecodeError) as fault:
        raise WordsFault(f"{_place(path)}: {fault}") from fault
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = (
            node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        )
        if name in KEYWORDS:
            yield from _words_of_call(path, node, *KEYWORDS[name])


def _words_of_call(
    path: Path, node: ast.Call, context: int | None, singular: int, plural: int | None
) -> Iterator[Words]:
    def text(position: int | None) -> str | None:
        if position is None or position >= len(node.args):
            return None
        argument = node.args[position]
        if isinstance(argument, ast.JoinedStr):
            raise WordsFault(
                f"{_place(path)}:{node.lineno}: an f-string cannot be translated; fill the sentence "
                "after translating it"
            )
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
            return argument.value
        return None

    if said := text(singular):
        yield Words(_place(path), node.lineno, said, text(plural), text(context))


def words_of_template(path: Path) -> Iterator[Words]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", TranslatorCommentWarning)
            source = templatize(path.read_text(encoding="utf-8"), origin=_place(path))
    except (SyntaxError, UnicodeDecodeError) as fault:
        raise WordsFault(f"{_place(path)}: {fault}") from fault
    # templatize leaves gettext() calls in blanked text; the tokenizer minds its indentation.
    lines = "\n".join(line.strip() for line in source.splitlines())
    found = extract("python", io.BytesIO(lines.encode()), keywords=_BABEL_KEYWORDS)
    for line, message, _comments, context in found:
        singular, plural = message if isinstance(message, tuple) else (message, None)
        yield Words(_place(path), line, singular, plural, context)


def template_of(area: str, root: Path = ROOT) -> Catalog:
    """Gather the area's words into a catalogue without translations."""
    catalogue = _empty()
    for said in words_of(area, root):
        catalogue.add(
            (said.singular, said.plural) if said.plural else said.singular,
            locations=[(said.file, said.line)],
            context=said.context,
        )
    return catalogue


def collect(*only: str, prune: bool = False, root: Path = ROOT) -> list[Path]:
    """Write what the code says into each area's catalogue; keep what is translated.

    Names of areas restrict it to these. Returns the catalogues that changed. Raises WordsFault
    before anything is written when any file cannot be read.
    """
    templates = {area: template_of(area, root) for area in only or areas(root)}
    return [
        path
        for area, template in templates.items()
        if (path := root / area / CATALOGUE) and _write(path, template, prune)
    ]


def _write(path: Path, template: Catalog, prune: bool) -> bool:
    before = path.read_bytes() if path.exists() else b""
    known = _read(path) if before else _empty()
    if not template and not before:
        return False
    memory = {(m.context, _key(m)): m for m in (*known.obsolete.values(), *known) if m.id}
    fresh = _empty()
    for message in template:
        if not message.id:
            continue
        old = memory.pop((message.context, _key(message)), None)
        entry = fresh.add(
            message.id,
            old.string if old and _shape(old) == _shape(message) else None,
            locations=message.locations,
            flags=set(old.flags) & {"fuzzy"} if old else (),
            user_comments=old.user_comments if old else (),
            context=message.context,
        )
        entry.flags |= message.flags
    if not prune:
        for (_context, key), old in memory.items():
            if any(_strings(old)):
                fresh.obsolete[key] = old
    out = io.BytesIO()
    write_po(out, fresh, width=100, sort_by_file=True, include_lineno=False, omit_header=False)
    after = out.getvalue()
    if after == before:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(after)
    return True


def compile_all(root: Path = ROOT) -> list[Path]:
    """
    Compile each catalogue that is newer than its `.mo`. Returns the `.mo` files written.

    Raises WordsFault where one may not be written: a checkout another user owns, say.
    """
    written = []
    for po in sorted(root.glob(f"*/{CATALOGUE}")):
        mo = po.with_suffix(".mo")
        if mo.exists() and mo.stat().st_mtime_ns >= po.stat().st_mtime_ns:
            continue
        beside = mo.with_suffix(".mo.new")
        words = _read(po)
        try:
            with beside.open("wb") as out:
                write_mo(out, words, use_fuzzy=False)
            beside.replace(mo)  # a reader sees the old or the new, never half
        except OSError as error:
            raise WordsFault(
                f"{_place(mo)} is older than its words and cannot be written ({error.strerror}); "
                "run `.venv/bin/python -m hutong.ui.translations compile` as the user who owns it"
            ) from error
        written.append(mo)
    return written


def check(*only: str, root: Path = ROOT) -> list[str]:
    """Name every fault in the words: missing, empty, fuzzy, stale, ill-filled, contradictory."""
    faults: list[str] = []
    translations: dict[tuple[str | None, str], tuple[str, tuple[str, ...]]] = {}
    for area in only or areas(root):
        path = root / area / CATALOGUE
        try:
            template = template_of(area, root)
        except WordsFault as fault:
            faults.append(f"unreadable: {fault}")
            continue
        known = _read(path) if path.exists() else _empty()
        faults += _faults_of(_place(path), template, known)
        for message in known:
            if not message.id or not all(_strings(message)):
                continue
            name, strings = (message.context, _key(message)), tuple(_strings(message))
            first, before = translations.setdefault(name, (area, strings))
            if before != strings:
                faults.append(
                    f"{_place(path)}: contradictory: “{_key(message)}” is “{strings[0]}” here and "
                    f"“{before[0]}” in {first}; one of them would never be shown"
                )
    return faults


def _faults_of(place: str, template: Catalog, known: Catalog) -> Iterator[str]:
    for message in template:
        if not message.id:
            continue
        files = ", ".join(sorted({file for file, _ in message.locations}))
        entry = known.get(_key(message), message.context)
        if entry is None:
            yield f"{place}: missing: “{_key(message)}” ({files})"
        elif entry.fuzzy:
            yield f"{place}: fuzzy: “{_key(message)}”"
        elif not all(_strings(entry)):
            yield f"{place}: empty: “{_key(message)}” ({files})"
        else:
            for string in _strings(entry):
                if difference := _fields(_key(message)) ^ _fields(string):
                    names = ", ".join(sorted(difference))
                    yield f"{place}: ill-filled: “{_key(message)}” and its translation differ in {names}"
    for entry in known:
        if entry.id and template.get(_key(entry), entry.context) is None:
            yield f"{place}: stale: “{_key(entry)}” is said nowhere; collect again"
    for entry in known.obsolete.values():
        yield f"{place}: stale: “{_key(entry)}” is said nowhere; collect with prune"


def _fields(text: str) -> set[str]:
    return set(_BRACE.findall(text)) | set(_PERCENT.findall(text))


def _key(message: Message) -> str:
    return message.id[0] if isinstance(message.id, list | tuple) else message.id


def _shape(message: Message) -> bool:
    return isinstance(message.id, list | tuple)


def _strings(message: Message) -> list[str]:
    strings = message.string if isinstance(message.string, list | tuple) else [message.string]
    return [string or "" for string in strings] or [""]


def _place(path: Path) -> str:
    parts = path.parts
    return (
        "/".join(parts[len(parts) - 1 - parts[::-1].index("hutong") :])
        if "hutong" in parts[:-1]
        else path.name
    )


def _read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=LOCALE, domain="django", abort_invalid=True)


class _PlainCatalog(Catalog):
    """A catalogue whose header holds no dates and no names, so that it never churns."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        return [
            ("Language", LOCALE),
            ("MIME-Version", "1.0"),
            ("Content-Type", "text/plain; charset=UTF-8"),
            ("Content-Transfer-Encoding", "8bit"),
            ("Plural-Forms", "nplurals=1; plural=0;"),
        ]


def _empty() -> Catalog:
    return _PlainCatalog(
        locale=LOCALE, domain="django", charset="utf-8", header_comment="", fuzzy=False
    )


def main(arguments: list[str]) -> int:
    """`python -m hutong.ui.translations collect [AREA…] | compile | check [AREA…]`"""
    verb, *names = arguments or ["check"]
    prune = "--prune" in names
    names = [name for name in names if not name.startswith("--")]
    if unknown := set(names) - set(areas()):
        print(f"no such area: {', '.join(sorted(unknown))}", file=sys.stderr)  # noqa: T201
        return 2
    try:
        match verb:
            case "collect":
                lines = [f"written: {_place(path)}" for path in collect(*names, prune=prune)]
                lines += check(*names)
            case "compile":
                lines = [f"written: {_place(path)}" for path in compile_all()]
            case "check":
                lines = check(*names)
            case _:
                print(main.__doc__, file=sys.stderr)  # noqa: T201
                return 2
    except WordsFault as fault:
        print(fault, file=sys.stderr)  # noqa: T201
        return 1
    print("\n".join(lines) if lines else "all words are there")  # noqa: T201
    return 1 if verb == "check" and lines else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
