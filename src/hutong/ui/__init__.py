"""
Looks and words of every page: the frame, components, static files, content security, translations.

It knows no business: areas and doors bring the facts, `ui` shows them in the reader's language.

    templates/ui/base.html      the frame; blocks per audience
    templatetags/ui.py          money, moments, countdowns, badges, steps, problems
    static/ui/                  tokens, style, js modules (no inline script or style anywhere)
    csp.py                      the policy every page is sent with
    context.py                  what the frame needs to know of the request
    translations.py             msgids collected, compiled, checked
"""
