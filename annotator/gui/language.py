"""The window's languages: which there are, which one the system wants, and putting one into effect."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QObject, QTranslator

from annotator import paths
from annotator.errors import Sentence


@dataclass(frozen=True)
class Language:
    """code: as Qt's locales are named. name: what its speakers call it."""

    code: str
    name: str


_FULL_WIDTH_STOPS = "。！？；："
LANGUAGES = (Language("en", "English"), Language("zh_CN", "简体中文"))


def system_language() -> str:
    """The code of the language the system asks for, or the first of LANGUAGES if it is not among them."""
    codes = {language.code.partition("_")[0]: language.code for language in LANGUAGES}
    for wanted in QLocale.system().uiLanguages():
        code = codes.get(wanted.replace("-", "_").partition("_")[0])
        if code is not None:
            return code
    return LANGUAGES[0].code


class Resaid(str):
    """A text for people that can be said again when another language is in effect."""

    say: Callable[[], str]

    def __new__(cls, say: Callable[[], str]) -> Resaid:
        """say: gives the text in the language in effect."""
        text = super().__new__(cls, say())
        text.say = say
        return text


def translated(text: str) -> str:
    """A Sentence or a Resaid in the language in effect, with what is filled in translated too; others as they are."""
    if isinstance(text, Resaid):
        return text.say()
    if not isinstance(text, Sentence):
        return text
    template = QCoreApplication.translate("Errors", text.template)
    values = {name: translated(value) if isinstance(value, str) else value for name, value in text.arguments.items()}
    return template.format(**values) if values else template


def joined(sentences: Iterable[str]) -> str:
    """Sentences one after the other; those that are not there are "". After a full-width stop there is no space."""
    text = ""
    for sentence in filter(None, sentences):
        text += sentence if not text or text[-1] in _FULL_WIDTH_STOPS else f" {sentence}"
    return text


def listing(names: Sequence[str], most: int | None = None) -> str:
    """Names one after the other, as the language in effect writes it; of more than `most` the first ones."""
    shown = names[:most]
    text = QCoreApplication.translate("Listing", ", ").join(shown)
    if len(shown) < len(names):
        text = QCoreApplication.translate("Listing", "%1, ...").replace("%1", text)
    return text


class Translation(QObject):
    """Puts a language into effect for everything that is made afterwards, Qt's own dialogs included."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._installed: list[QTranslator] = []
        self.code = ""

    def use(self, code: str) -> None:
        """Switch to a language of LANGUAGES; "" or an unknown code takes the system's."""
        if code not in {language.code for language in LANGUAGES}:
            code = system_language()
        if code == self.code:
            return
        self.remove()
        self.code = code
        QLocale.setDefault(QLocale(code))
        # English has a file too, for its plurals. Qt's own texts stay English where its translations are not installed.
        own = str(paths.resources_dir() / "translations")
        qt = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
        for name, folder in (("qtbase", qt), ("annotator", own)):
            translator = QTranslator(self)
            if translator.load(f"{name}_{code}", folder):
                QCoreApplication.installTranslator(translator)
                self._installed.append(translator)
            elif folder == own:
                raise FileNotFoundError(f"{folder}/{name}_{code}.qm is missing or damaged")

    def remove(self) -> None:
        """Take the language out of effect."""
        self.code = ""
        for translator in self._installed:
            QCoreApplication.removeTranslator(translator)
            translator.deleteLater()
        self._installed.clear()
