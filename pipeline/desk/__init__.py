"""The desk: where people verify, correct and sign. A Datasette plugin over the store; `retally desk` starts it.

The hooks are here, because Datasette looks for a plugin's `templates` and `static` beside its module; what they do is
in the modules of this package. `app.make_app` builds the application.
"""

from __future__ import annotations

from typing import Any

from datasette import hookimpl

NAME = __name__  # under which Datasette knows the plugin and serves its static files


@hookimpl
def register_routes(datasette: Any) -> list[tuple[str, Any]]:
    """The desk's own pages, before Datasette's."""
    from pipeline.desk.routes import routes

    return routes() if _desk(datasette) is not None else []


@hookimpl
def asgi_wrapper(datasette: Any) -> Any:
    """Who may ask, and what a page may do."""
    from pipeline.desk.access import guarded

    desk = _desk(datasette)
    return (lambda app: guarded(app, desk)) if desk is not None else (lambda app: app)


@hookimpl
def actor_from_request(datasette: Any, request: Any) -> dict[str, str] | None:
    """The person behind a token in the header, for programs; a browser's cookie is read by Datasette itself."""
    from pipeline.desk.access import bearer

    desk = _desk(datasette)
    return bearer(desk, request) if desk is not None else None


@hookimpl
def permission_allowed(datasette: Any, actor: Any, action: str, resource: Any) -> bool | None:
    """In blind mode nobody reads other people's judgements, or the machine's findings, round the desk's back."""
    from pipeline.desk.access import allowed

    desk = _desk(datasette)
    return allowed(desk, action) if desk is not None else None


@hookimpl
def handle_exception(datasette: Any, request: Any, exception: Exception) -> Any:
    """A page, or JSON, that says what is wrong; the traceback goes to the log alone."""
    from pipeline.desk.problems import problem

    return lambda: problem(datasette, request, exception)


@hookimpl
def extra_css_urls(datasette: Any) -> list[str]:
    """A few rules for Datasette's own pages."""
    return [f"/-/static-plugins/{NAME}/native.css"] if _desk(datasette) is not None else []


@hookimpl
def menu_links(datasette: Any, actor: Any, request: Any) -> list[dict[str, str]]:
    """The way back from Datasette's pages."""
    return [{"href": "/-/desk", "label": "The desk"}] if _desk(datasette) is not None else []


@hookimpl
def prepare_jinja2_environment(env: Any, datasette: Any) -> None:
    """The filters of the desk's templates."""
    from pipeline.desk.words import FILTERS

    env.filters.update(FILTERS)


def _desk(datasette: Any) -> Any:
    """The desk that this Datasette serves; None for another one in the same process."""
    return getattr(datasette, "retally_desk", None)
