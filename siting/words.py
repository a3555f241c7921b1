"""Words in Chinese and English: one sentence a key, in ``words/*.zh.toml`` and ``words/*.en.toml``.

A sentence says itself which values it tells in words: ``{kind:zone}`` is the word ``zone.<value>``, or the words of the
values of a list; a value without one is told as it stands, since a county may have kinds of its own.

A room keeps its own words beside itself (``reports/words/``). `tests/test_words.py` sees to it that both languages
have the same keys with the same holes.
"""

from __future__ import annotations

import locale
import os
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal, Protocol

Lang = Literal["zh", "en"]
LANGS: tuple[Lang, ...] = ("zh", "en")
HERE = Path(__file__).parent / "words"
#: What stands between the values of a list, and in a Chinese sentence.
LISTED, LISTED_ZH = ", ", "、"


class Named(Protocol):
    """Anything with a name in the county's language and perhaps one in English."""

    @property
    def name(self) -> str: ...
    @property
    def name_en(self) -> str: ...


@dataclass(frozen=True)
class Words:
    """The sentences of one language."""

    lang: Lang
    sentences: dict[str, str]

    def __call__(self, key: str, /, **values: object) -> str:
        """The sentence of ``key`` with its holes filled.

        Raises:
            KeyError: there is no such sentence, or a hole is not filled.
        """
        told = {k: _Text(v, self) if isinstance(v, str) else v for k, v in values.items()}
        return self.sentences[key].format(**told)

    def translated(self, family: str, text: str) -> str:
        """What others said in English, in this language: the sentence of the family that reads so; else as it is."""
        english = load("en").sentences
        return next((self.sentences[k] for k, s in english.items() if s == text and k.startswith(f"{family}.")), text)

    def name(self, thing: Named) -> str:
        """Its name in this language; the county's own where there is no English one."""
        return (thing.name_en or thing.name) if self.lang == "en" else (thing.name or thing.name_en)


@dataclass(frozen=True)
class _Text:
    """A text in the hole of a sentence, which may ask for the words of a family."""

    text: str
    words: Words

    def __str__(self) -> str:
        return self.text

    def __format__(self, family: str) -> str:
        if not family:
            return self.text
        known = [self.words.sentences.get(f"{family}.{part}") for part in self.text.split(LISTED)]
        between = LISTED_ZH if self.words.lang == "zh" else LISTED
        return self.text if None in known else between.join(word for word in known if word is not None)


@lru_cache
def load(lang: Lang, folder: Path = HERE) -> Words:
    """All sentences of ``lang`` in the ``*.<lang>.toml`` files of ``folder``."""
    sentences: dict[str, str] = {}
    for file in sorted(folder.glob(f"*.{lang}.toml")):
        sentences |= tomllib.loads(file.read_text(encoding="utf-8"))
    return Words(lang, sentences)


def language(wish: str | None = None) -> Lang:
    """The language to speak: ``wish``, else ``SITING_LANG``, else the locale, else English."""
    for answer in (wish, os.environ.get("SITING_LANG"), os.environ.get("LC_ALL"), os.environ.get("LANG"), _locale()):
        if answer:
            return "zh" if answer.lower().startswith(("zh", "chinese")) else "en"
    return "en"


def _locale() -> str | None:
    try:
        return locale.getlocale()[0]
    except ValueError:
        return None
