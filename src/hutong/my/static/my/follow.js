// A part of the page that is still moving: asked for anew, each second or every so many as it says,
// until it says no more and has come to its end.

async function follow(part) {
  for (;;) {
    await new Promise((done) => setTimeout(done, 1000 * (part.dataset.follow || 1)));
    if (document.hidden) continue;
    let page;
    try {
      const answer = await fetch(location.href, { headers: { accept: "text/html" } });
      if (!answer.ok) continue; // the venue is restarting: it goes on where it was
      page = new DOMParser().parseFromString(await answer.text(), "text/html");
    } catch {
      continue;
    }
    const fresh = page.getElementById(part.id);
    if (!fresh) return;
    part.replaceWith(fresh);
    part = fresh;
    if (!("follow" in part.dataset)) return;
  }
}

for (const part of document.querySelectorAll("[data-follow]")) follow(part);
