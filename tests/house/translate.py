"""Renew the platform's catalogues: extract every marked sentence, update the .po files, compile the .mo files.

Run ``python tests/house/translate.py`` after changing a sentence, translate what it names, and run it again.
Babel does all of it: the commands of Django need GNU gettext.
"""

import io
import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir, extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

PLATFORM = Path(__file__).parents[2] / "src/sealmark_platform"
LANGUAGES = ("ru", "zh_Hans", "zh_Hant")


def extract_django(fileobj, keywords, comment_tags, options):
    """Yield the marked sentences of a template, by Django's own reader of templates."""
    from django.conf import settings

    if not settings.configured:
        settings.configure(USE_I18N=False)
    from django.utils.translation.template import templatize

    source = templatize(fileobj.read().decode(), origin=getattr(fileobj, "name", None))
    yield from extract_python(io.BytesIO(source.encode()), keywords, comment_tags, options)


def extracted():
    """Return a catalogue of every sentence of the platform, without places: they change with every edit."""
    methods = [("**.py", "python"), ("templates/**.html", extract_django)]
    found = Catalog(project="Sealmark", charset="utf-8")
    aliases = dict.fromkeys(("gettext_noop", "gettext_lazy", "_now"))
    with_context = {"npgettext": ((1, "c"), 2, 3), "pgettext_lazy": ((1, "c"), 2)}
    keywords = {**DEFAULT_KEYWORDS, **aliases, **with_context}
    for _file, _line, message, _comments, context in extract_from_dir(PLATFORM, methods, keywords=keywords):
        found.add(message, context=context)
    return found


def catalogue(language):
    """Return the catalogue of a language as it is written."""
    path = PLATFORM / "locale" / language / "LC_MESSAGES/django.po"
    with path.open("rb") as stream:
        return read_po(stream, locale=language)


def compiled(written):
    """Return the bytes of the .mo file of a catalogue."""
    stream = io.BytesIO()
    write_mo(stream, written)
    return stream.getvalue()


def untranslated(written):
    """Return the sentences that lack a translation."""
    return [message.id for message in written if message.id and (not message.string or not all([*message.string]))]


def _renew(language, template):
    folder = PLATFORM / "locale" / language / "LC_MESSAGES"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "django.po"
    written = catalogue(language) if path.exists() else Catalog(locale=language, project="Sealmark", fuzzy=False)
    # The day of the last run is of no use to anybody and would change the file every time.
    template.creation_date = written.creation_date
    written.update(template, no_fuzzy_matching=True)
    written.obsolete.clear()
    written.header_comment = "# Sentences of the platform. The words of schemes are in their packs."
    written.last_translator = written.language_team = written.msgid_bugs_address = "Sealmark"
    written.version, written.revision_date = "1", written.creation_date
    with path.open("wb") as stream:
        write_po(stream, written, width=110, omit_header=False, sort_output=True, ignore_obsolete=True)
    (folder / "django.mo").write_bytes(compiled(catalogue(language)))
    return untranslated(written)


if __name__ == "__main__":
    missing = {language: _renew(language, extracted()) for language in LANGUAGES}
    for language, sentences in missing.items():
        print(f"{language}: {len(sentences)} without translation", *sentences, sep="\n  ")
    sys.exit(any(missing.values()))
