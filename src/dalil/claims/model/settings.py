"""Which model is asked: from the command line and environment, else from the section [llm] of dalil.toml."""

from __future__ import annotations

import os
import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from dalil.archive.settings import FILE, nearest_archive
from dalil.errors import DalilError, one_line

# The variable of a key may be named in a dalil.toml that came from somebody else: it must not name any other secret.
KEY_ENV = re.compile(r"DALIL_LLM_KEY|[A-Z][A-Z0-9_]*_API_KEY")
DEFAULT_KEY_ENV = "DALIL_LLM_KEY"
LOCAL = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """An OpenAI-compatible address and the model behind it; the key is in no message and no repr."""

    address: str
    model: str
    key: str | None = field(default=None, repr=False)
    timeout_s: float = 120.0
    tries: int = 4
    wait_s: float = 1.0

    @property
    def url(self) -> str:
        """Where completions are asked for."""
        base = self.address.rstrip("/")
        return base if base.endswith("/chat/completions") else f"{base}/chat/completions"

    @property
    def in_the_open(self) -> bool:
        """Whether text and key would cross a network without encryption."""
        parts = urlsplit(self.address)
        return parts.scheme == "http" and parts.hostname not in LOCAL


def find_settings(address: str | None, model: str | None, *, start: Path, timeout_s: float) -> ModelSettings:
    """The settings that hold; an option or environment variable goes before the nearest dalil.toml from `start` up."""
    written = _written(start)
    key_env = written.get("key_env", DEFAULT_KEY_ENV)
    address, model = address or written.get("address"), model or written.get("model")
    if not address or not model:
        missing = "address" if not address else "model"
        raise DalilError(
            f"no {missing} of a language model is set: give --llm-{missing}, set DALIL_LLM_{missing.upper()}, "
            f"or write it under [llm] in {FILE}"
        )
    if not KEY_ENV.fullmatch(key_env):
        raise DalilError(
            f"{FILE}: key_env under [llm] must name a variable such as OPENAI_API_KEY, found {one_line(key_env)!r}"
        )
    return ModelSettings(_checked(address), model, _key(key_env), timeout_s)


def _written(start: Path) -> dict[str, str]:
    """The section [llm] of the nearest archive's settings; empty where there is none."""
    home = os.environ.get("DALIL_ARCHIVE")
    folder = Path(home) if home else nearest_archive(start)
    if folder is None or not (folder / FILE).is_file():
        return {}
    try:
        section = tomllib.loads((folder / FILE).read_text("utf-8")).get("llm", {})
    except (OSError, ValueError) as error:
        raise DalilError(f"{folder / FILE} cannot be read ({error}). Restore it from a copy") from None
    if not isinstance(section, dict) or not all(
        isinstance(section.get(k, ""), str) for k in ("address", "model", "key_env")
    ):
        raise DalilError(f"{folder / FILE}: address, model and key_env under [llm] must each be a text")
    return section


def _checked(address: str) -> str:
    """The address, if it is one of the web and holds no password."""
    try:
        parts = urlsplit(address)
        usable = parts.scheme in ("http", "https") and parts.hostname and (parts.port or 1) and address.isascii()
    except ValueError:
        usable, parts = False, None
    if not usable or " " in address:
        raise DalilError(f"expected the model's address as http://… or https://…, found {one_line(address)!r}")
    if parts.username or parts.password:
        raise DalilError("the model's address must hold no password: put the key into the environment variable")
    return address


def _key(name: str) -> str | None:
    key = os.environ.get(name, "").strip()
    if key and not (key.isascii() and key.isprintable() and " " not in key):
        raise DalilError(
            f"the environment variable {name} holds no usable key: expected printable ASCII without blanks"
        )
    return key or None
