"""The page in the browser: built files from one folder, and nothing else of this machine."""

from __future__ import annotations

import mimetypes
from pathlib import Path

from starlette.responses import Response

from cointrail.api.guard import App, Receive, Scope, Send
from cointrail.api.problems import problem

INDEX = "index.html"
ASSETS = "assets/"
"""Names below it hold a digest of their content, so browsers may keep them."""

KEEP = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"

_TYPES = {".js": "text/javascript", ".css": "text/css", ".html": "text/html", ".svg": "image/svg+xml"}


class Page:
    """Serves a folder of built files, read once into memory; every other path below `/` is the page itself.

    Args:
        folder: as it was built.
        api: what answers everything under `/api/`.
    """

    def __init__(self, folder: Path, api: App) -> None:
        self._api = api
        self._files = {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI)."""
        if scope["type"] != "http" or scope["path"].startswith("/api/"):
            await self._api(scope, receive, send)
            return
        await self._answer(scope)(scope, receive, send)

    def _answer(self, scope: Scope) -> Response:
        if scope["method"] not in {"GET", "HEAD"}:
            return problem(405, "http_405", "Method Not Allowed", "the page is only read")
        name = scope["path"].lstrip("/")
        if name not in self._files:
            if name.startswith(ASSETS) or INDEX not in self._files:
                return problem(404, "http_404", "Not Found", f"there is no `/{name[:100]}` here")
            name = INDEX
        kind = _TYPES.get(Path(name).suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
        keep = KEEP if name.startswith(ASSETS) else ASK_AGAIN
        return Response(self._files[name], media_type=kind, headers={"cache-control": keep})
