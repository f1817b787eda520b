"""Name the headers that every answer of the API and of the pages carries.

HubSpot's records are personal data, so no cache keeps an answer. A program that kept one itself may
ask with If-None-Match all the same: it is told 304, and nothing is stored on the way.
https://cheatsheetseries.owasp.org/cheatsheets/REST_Security_Cheat_Sheet.html#security-headers
"""

from __future__ import annotations

OF_A_PROGRAM = "default-src 'none'; frame-ancestors 'none'"
OF_A_PAGE = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src "
    "'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
SAFE_HEADERS = {
    "Strict-Transport-Security": "max-age=31536000",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def beside(policy: str) -> dict[str, str]:
    """Answer the safe headers with this policy, for what an answer does not say itself: files say
    how long to keep them."""
    return {"Content-Security-Policy": policy, **SAFE_HEADERS}
