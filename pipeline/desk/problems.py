"""What the desk answers when something went wrong: a page or JSON with the right status, and nothing of its insides.

Called by Datasette for every exception, its own included.
"""

from __future__ import annotations

import logging
from typing import Any

from datasette.utils.asgi import Base400, Response
from datasette.views.base import DatasetteError

from pipeline.desk.access import PATH
from pipeline.errors import RetallyError

log = logging.getLogger(__name__)


async def problem(datasette: Any, request: Any, exception: Exception) -> Response:
    """The answer to a request that failed."""
    title = None
    if isinstance(exception, DatasetteError):
        status, words, title = exception.status, str(exception.message), exception.title
    elif isinstance(exception, Base400):
        status, words = exception.status, str(exception.args[0]) if exception.args else ""
    elif isinstance(exception, RetallyError):
        status, words = 500, str(exception)
    else:
        log.exception("a page failed", exc_info=exception)
        status, words = 500, f"unexpected {type(exception).__name__}: the log of `retally desk` says where"
    if request.path.split("?")[0].endswith(".json"):
        return Response.json({"ok": False, "error": words, "status": status, "title": title}, status=status)
    if request.path.startswith(PATH):
        from pipeline.desk.routes import tell

        return await tell(datasette, request, words or "This did not work.", status, "Go back, or start over.")
    told = {"ok": False, "error": words, "status": status, "title": title, "urls": datasette.urls,
            "app_css_hash": datasette.app_css_hash(), "menu_links": list}  # fmt: skip
    template = datasette.jinja_env.select_template([f"{status}.html", "error.html"])
    return Response.html(await template.render_async(told), status=status)
