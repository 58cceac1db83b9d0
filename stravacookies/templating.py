"""Render Jinja2 templates: the built-in ones by name, and users' own in a sandbox."""

import stat
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cache
from os.path import realpath
from pathlib import Path
from typing import Any

import jinja2

from stravacookies import heatmap, paths
from stravacookies.errors import StravacookiesError
from stravacookies.files import file_type, make_private_directory, open_trusted
from stravacookies.heatmap import Layer
from stravacookies.strava.cookies import HeatmapCookies

_STRICT: dict[str, Any] = {
    "undefined": jinja2.StrictUndefined,
    "trim_blocks": True,
    "lstrip_blocks": True,
    "keep_trailing_newline": True,
}
"""How templates are read: an unknown variable is an error, and tags leave no blank lines."""


def render(template: str, **variables: Any) -> str:
    """Render a built-in template with variables and the module `heatmap`."""
    return _environment().get_template(template).render(heatmap=heatmap, **variables)


def render_users_template(
    path: Path, layers: Sequence[Layer], cookies: HeatmapCookies | None
) -> str:
    """Render a user's own template with layers and cookies.

    The template can use these and the templates beside it, and nothing else of this program:
    https://jinja.palletsprojects.com/en/stable/sandbox/

    Args:
        path: The template.
        layers: What it gets as `layers`.
        cookies: What it gets as `cookies`, and their expiry as `expires`; None for the local host.

    Raises:
        StravacookiesError: It cannot be read or rendered; the message contains no cookie.
    """
    kind = file_type(path)
    if kind != stat.S_IFREG:
        what = {0: "there is no such file", stat.S_IFDIR: "it is a folder"}
        raise StravacookiesError(f"{path}: {what.get(kind, 'it is not a file')}.")
    try:
        template = _sandbox(path).get_template(path.name)
        text = template.render(
            layers=layers,
            cookies=cookies,
            expires=cookies and cookies.expires,
            min_zoom=heatmap.MIN_ZOOM,
            max_zoom=heatmap.MAX_ZOOM,
            attribution=heatmap.ATTRIBUTION,
        )
        text.encode()
    except Exception as error:  # noqa: BLE001 - a template may do whatever Python can
        raise _template_error(error, path) from None
    return text


def _template_error(error: Exception, path: Path) -> StravacookiesError:
    """Build the error that says what is wrong with a user's template."""
    match error:
        case jinja2.TemplateSyntaxError():
            where = f"{path.parent / (error.name or '')}, line {error.lineno}"
            return StravacookiesError(f"{where}: {str(error.message).rstrip('.')}.")
        case UnicodeEncodeError():
            code = ord(error.object[error.start])
            return StravacookiesError(
                f"{path}: its output contains U+{code:04X}, which is not a character."
            )
    # The error's own message could contain a cookie, such as in the name of a file to include.
    return StravacookiesError(f"{_failing_line(error, path)}: {type(error).__name__}.")


def _sandbox(template: Path) -> jinja2.Environment:
    from jinja2.sandbox import ImmutableSandboxedEnvironment  # imported here: few runs need it

    return ImmutableSandboxedEnvironment(
        loader=_Loader(template),
        autoescape=jinja2.select_autoescape(["html", "xml", "html.j2", "xml.j2"], default=False),
        **_STRICT,
    )


class _Loader(jinja2.FileSystemLoader):
    """Reads a user's template and the plain files beside it; an error names the one at fault.

    A template from elsewhere must not include secrets. So hidden files, files in subfolders, and
    links to files elsewhere do not count as beside it.
    """

    def __init__(self, users: Path) -> None:
        super().__init__(users.parent)
        self._users = users

    def get_source(
        self, environment: jinja2.Environment, template: str
    ) -> tuple[str, str, Callable[[], bool]]:
        """Read a template."""
        if template != self._users.name:
            file = Path(realpath(self._users.parent / template))
            if file.name.startswith(".") or file.parent != Path(realpath(self._users.parent)):
                raise jinja2.TemplateNotFound(template)
        try:
            return super().get_source(environment, template)
        except UnicodeDecodeError:
            raise jinja2.TemplateSyntaxError("it is not text in UTF-8", 1, template) from None


def _failing_line(error: Exception, path: Path) -> str:
    """Return the template and line in which an error arose; Jinja2 puts both in the traceback."""
    places = [
        f"{name}, line {line}"
        for frame, line in traceback.walk_tb(error.__traceback__)
        if Path(name := frame.f_code.co_filename).parent == path.parent
    ]
    return places[-1] if places else str(path)


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(paths.templates()),
        bytecode_cache=_BytecodeCache(str(paths.cache())),
        autoescape=jinja2.select_autoescape(["html.j2", "xml.j2"], default=False),
        **_STRICT,
    )
    # Keys stay in the template's order: to sort them, JSON would be set up again for each map.
    environment.policies["json.dumps_kwargs"] = {}
    return environment


class _BytecodeCache(jinja2.FileSystemBytecodeCache):
    """Keeps compiled templates in the user's cache: without it a refresh takes 16 ms more.

    Python runs what is in it. So the files must be in a directory that others cannot write to. If
    the cache cannot be used, templates are compiled again.
    """

    def load_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
        """Load a compiled template, unless it is damaged, or others could have written it."""
        path = Path(self.directory, self.pattern % bucket.key)
        # Jinja2 unpickles the file, so anything may be raised.
        with suppress(Exception), open_trusted(path) as file:
            bucket.load_bytecode(file)

    def dump_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
        """Keep a compiled template, if that is possible."""
        with suppress(OSError):
            make_private_directory(Path(self.directory))
            super().dump_bytecode(bucket)
