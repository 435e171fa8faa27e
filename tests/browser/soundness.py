"""
What makes a page sound, looked at in the browser: it answers, can be used by everybody, fits its
window, asks nobody else, stands still while it loads, and speaks one language.
"""

import re
from functools import cache
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
LAYOUT_SHIFT = 0.1
GRAVE = {"serious", "critical"}
CHINESE = re.compile(r"[\u4e00-\u9fff]")
WORDY = re.compile(r"[A-Za-z]{3,}")

# What a person who cannot see the page, or cannot use a mouse, stumbles over.
STUMBLES = """() => {
  const found = [];
  const hidden = (e) => e.closest('[hidden]') || e.type === 'hidden' || !e.getClientRects().length;
  const name = (e) => (e.getAttribute('aria-label') || e.textContent || e.title || '').trim();
  const first = [...document.querySelectorAll('h1')].filter((h) => !h.closest('.contract'));
  if (first.length !== 1) found.push(`${first.length} first headings`);
  if (!document.documentElement.lang) found.push('no language');
  if (!document.querySelector('main')) found.push('no main part');
  let level = 1;
  for (const h of document.querySelectorAll('main h1,main h2,main h3,main h4')) {
    if (h.closest('.contract')) continue;
    const l = Number(h.tagName[1]);
    if (l > level + 1) found.push(`heading ${h.textContent.trim()} skips a level`);
    level = l;
  }
  for (const e of document.querySelectorAll('input,select,textarea'))
    if (!hidden(e) && !e.labels?.length && !e.getAttribute('aria-label'))
      found.push(`no label: ${e.outerHTML.slice(0, 120)}`);
  for (const e of document.querySelectorAll('button,a[href],summary'))
    if (!hidden(e) && !name(e) && !e.querySelector('img[alt]:not([alt=""])'))
      found.push(`no name: ${e.outerHTML.slice(0, 120)}`);
  for (const e of document.querySelectorAll('img:not([alt])')) found.push(`no text: ${e.src}`);
  const ids = [...document.querySelectorAll('[id]')].map((e) => e.id);
  for (const id of new Set(ids))
    if (ids.filter((other) => other === id).length > 1) found.push(`id ${id} twice`);
  for (const e of document.querySelectorAll('[style],[onclick],[onload],script:not([src]):not([type="application/json"])'))
    if (!e.closest('svg, canvas, [data-drawn]'))
      found.push(`inline: ${e.outerHTML.slice(0, 120)}`);
  const wide = document.documentElement.scrollWidth - window.innerWidth;
  if (wide > 0) found.push(`${wide} px wider than the window`);
  return found;
}"""
SHIFT = """() => new Promise((done) => {
  let sum = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) sum += entry.value;
  }).observe({ type: 'layout-shift', buffered: true });
  setTimeout(() => done(sum), 40);
})"""
AXE_RUN = """() => axe.run(document, {
  resultTypes: ['violations'],
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'],
}).then((found) => found.violations.map((v) => [v.impact, v.id, v.nodes.slice(0, 3).map((n) => n.target.join(' ') + ' ' + n.html.slice(0, 120))]))"""
# Texts of a page that are its own words: no code, no numbers, nothing marked as another language,
# nothing that is somebody's name or title.
TEXTS = """() => {
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const here = document.documentElement.lang.slice(0, 2);
  while (walker.nextNode()) {
    const node = walker.currentNode, e = node.parentElement;
    const text = node.textContent.trim();
    if (!text || !e.checkVisibility() || e.closest('script, style, code, pre, .mono, .contract, .secret, [translate=no]')) continue;
    const marked = e.closest('[lang]');
    if (marked && marked.lang.slice(0, 2) !== here) continue;
    found.push(text);
  }
  return found;
}"""


def faults(visitor: Any, path: str, language: str, *, content: set[str], axe: bool = True) -> list:
    """Open a page and name everything that is wrong with it."""
    visitor.complaints.clear()
    if axe:
        visitor.bring(AXE)
    answer = visitor.go(path)
    page = visitor.page
    found: list[Any] = [] if answer.status == 200 else [f"answers {answer.status}"]
    found += page.evaluate(STUMBLES)
    if (shift := page.evaluate(SHIFT)) > LAYOUT_SHIFT:
        found.append(f"shifts by {shift:.2f} while it loads")
    if axe:
        found += [violation for violation in page.evaluate(AXE_RUN) if violation[0] in GRAVE]
    found += foreign_words(page.evaluate(TEXTS), language, content)
    return [*found, *visitor.complaints]


def foreign_words(texts: list[str], language: str, content: set[str]) -> list[str]:
    """Words of the page that are not in its language."""
    found = []
    for text in texts:
        rest = text
        for known in sorted(content, key=len, reverse=True):
            rest = rest.replace(known, "")
        if language == "en" and CHINESE.search(rest.replace("中文", "")):
            found.append(f"Chinese in the English page: {text[:80]}")
        if (
            language == "zh-hans"
            and WORDY.search(rest)
            and " ".join(rest.split()) in untranslated()
        ):
            found.append(f"not translated: {text[:80]}")
    return found


@cache
def untranslated() -> frozenset[str]:
    """Every English text of the house whose Chinese is another."""
    found = set()
    for catalogue in (ROOT / "src" / "hutong").glob("*/locale/zh_Hans/LC_MESSAGES/django.po"):
        with catalogue.open("rb") as file:
            for message in read_po(file):
                for english in message.id if isinstance(message.id, tuple) else (message.id,):
                    if english and message.string != english and WORDY.search(english):
                        found.add(english)
    return frozenset(found)
