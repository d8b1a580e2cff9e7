"""What the library says is wrong, told to the reader: its sentences in four languages, ids in words.

The library and the acts speak English with the ids of packs. Each of their sentences stands here once, with
named places; the same sentence recognizes what was said and is what translators translate. What is not
recognized is told as it is, marked as English.
"""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_noop as _

from sealmark.core.errors import Problem
from sealmark.scheme.edition import Edition
from sealmark_platform.casework import phrases
from sealmark_platform.catalogue.queries import word_of
from sealmark_platform.language import reader_tag

__all__ = ["SENTENCES", "Told", "told_part", "told_problem"]

SENTENCES = (
    _('"%(name)s" is not possible from the status "%(status)s".'),
    _('"%(name)s" is not possible from nothing there yet.'),
    _("Possible now: %(names)s."),
    _("The application has been submitted and cannot be changed."),
    _('"%(name)s" is done by %(names)s.'),
    _("Ask somebody who has this function."),
    _('"%(name)s" needs a reason.'),
    _("Stepping aside needs a reason."),
    _("Say why in a sentence."),
    _("The person has no seat in this evaluation."),
    _("Panels are named by a coordinator."),
    _("Conflict of interest: %(names)s."),
    _("The same person took part as %(names)s."),
    _("Nothing was checked."),
    _("Still missing: %(names)s."),
    _("The prerequisites were not checked."),
    _("Not shown: %(names)s."),
    _("The person may not sign for the client."),
    _("No agreement has been signed."),
    _("The team was not checked."),
    _("The team: %(names)s."),
    _("The sites have not been drawn."),
    _("No assessor days are planned."),
    _("%(planned)s days are planned, the scheme asks for %(needed)s."),
    _("Nobody checked whether the grade comes too early."),
    _("There is no such open condition."),
    _("The same was sent a moment ago, and stands there already."),
    _("An answer does not fit: %(names)s."),
    _("There is no result."),
    _("The result: %(names)s."),
    _("Findings were not looked at."),
    _("Not answered: %(names)s."),
    _("In the way: %(names)s."),
    _('The outcome "%(name)s" is not open; possible: %(names)s.'),
    _('The outcome "%(name)s" is not open.'),
    _('The grade "%(name)s" can be given from %(day)s.'),
    _('The grade "%(name)s" needs a certificate of "%(other)s" that is old enough.'),
    _("The panel was not checked."),
    _("The panel: %(names)s."),
    _("The quorum is not known."),
    _("%(cast)s of %(needed)s votes needed are cast for this outcome."),
    _("No decision says so."),
    _("It may not be dated before the decision."),
    _("A certificate decided on %(day)s cannot be valid from %(other)s."),
    _("Begin on the day of the decision or later."),
    _("There is no answer."),
    _("The answer lacks: %(names)s."),
    _("The new deadline is not later than the old one."),
    _("No trigger is named."),
    _('"%(name)s" is none of the triggers of the scheme.'),
    _("Nothing says what ends the suspension."),
    _("The term of the certificate is not known."),
    _("The certificate ended on %(day)s: too long ago to be renewed."),
    _("The term is not over."),
    _("The time to object ended on %(day)s."),
    _("Somebody else acted here in the meantime."),
    _("Look at the page again and repeat your act if it still fits."),
    _("The plan would end on %(day)s, before it begins on %(other)s."),
    _('"%(name)s" is no class of findings here, or nothing is said.'),
    _("Classes: %(names)s."),
    _("Conditions go with a grant with conditions, and only with that."),
    _("Name at least one condition with its last day, or grant without."),
    _("The scheme does not say how long a certificate of %(name)s is valid."),
    _("Supply the licence holder's figure in the adopted overlay."),
    _('The installed pack "%(name)s" is not the one adopted on %(day)s.'),
    _("Install the adopted pack, or adopt this one as a new edition."),
    _('"%(file)s" has %(size)s bytes.'),
    _("Files of 1 to %(size)s bytes are taken."),
    _('"%(file)s" is none of the kinds that are taken.'),
    _("PDF, PNG, JPEG, CSV, TXT, YAML, JSON, XLSX, Parquet, or a case folder as .zip are taken."),
    _('"%(file)s" is no whole archive.'),
    _("Pack it again."),
    _('"%(file)s" would unpack to %(size)s bytes in %(count)s files.'),
    _("At most %(size)s bytes in %(count)s files are taken."),
    _('"%(file)s" asks for a password.'),
    _("Pack it without a password."),
    _("The archive cannot be unpacked."),
    _("The archive unpacks to more than it says."),
    _('The archive has a member "%(file)s".'),
    _("Pack the folder anew."),
    _("The archive has no case.yaml."),
    _("The archive has more than one case folder: %(names)s and %(name)s."),
    _("Pack each case folder into an archive of its own."),
    _("Pack the whole case folder."),
    _("No case folder has been added."),
    _("The evidence is being evaluated already."),
    _("Wait for the result."),
    _("The evaluation stopped."),
    _("Tell the operator when it was."),
    _("The evaluation was lost with the process that did it."),
    _("Ask again."),
    _("Add the case folder as a .zip file: see the manual, case folder."),
    _("Say which of the documents asked for this is."),
    _("Choose its kind."),
    _("The scope would stay as it is."),
    _("Say what is certified from now on, or at which sites."),
    _("Answer what the application form of the scheme asks."),
    _("The complaint or appeal has been answered."),
    _("The evaluation is over."),
    _('"%(name)s" is no outcome.'),
    _("One of %(names)s."),
    _("An application is written by the client."),
    _('"%(name)s" is no site of the organization.'),
    _("The decision is none on this file."),
    _("What is chosen does not belong to this file."),
    _("Choose one of its."),
    _("Choose one of the file's."),
    _("Choose one of those the form offers."),
    _("A self-assessment is made by who speaks for the organization."),
    _("There is no example case of this scheme."),
    _("Upload a case folder of your own."),
    _("%(count)s self-assessments are kept already."),
    _("Erase one that is no longer needed."),
    _("Too many complaints have come from here within an hour."),
    _("Try again in an hour, or write to the body."),
    _("Complaints from outside are answered by a coordinator of the body."),
    _("The complaint has been answered."),
    _("The answer needs a reason."),
    _("Meetings are called by a coordinator or administrator of the body."),
    _("The day of the meeting is over."),
    _("Give today or a later day."),
    _("There is a meeting on this day already."),
    _("The account of %(person)s is closed."),
    _("Open it again first."),
    _('"%(file)s" fits several clients.'),
    _('"%(file)s" is neither yes nor no.'),
    _('"%(file)s" is no code of a site.'),
    _('"%(file)s" is no code.'),
    _('"%(file)s" is no country code.'),
    _('"%(file)s" is no whole CSV: %(count)s.'),
    _('"%(file)s" is not UTF-8.'),
    _('"%(file)s" is too large.'),
    _("A cooling-off period of %(count)s days is not possible."),
    _("An administrator of the body can enter an earlier day."),
    _("An overlay fills only figures that are left open."),
    _("Ask somebody who speaks for it, or the operator."),
    _("At most %(size)s characters are taken."),
    _("Between 0 and %(count)s days are possible."),
    _("Between 1 and %(count)s are possible."),
    _("Certify by figures of the licence holder."),
    _("Change the functions."),
    _("Choose a day after today."),
    _("Choose a day from today on."),
    _("Choose a day on or after its first day."),
    _("Choose another adopted edition of the same scheme."),
    _("Choose at least one."),
    _("Choose the newest edition."),
    _("Close every quotation mark."),
    _("End that first, if it shall change."),
    _("Every site has a code of its own; capitals do not tell two apart."),
    _('"%(name)s" is taken down already, with this country and number in the commercial register.'),
    _("Open that one; if it is another, give the number by which it is told apart."),
    _("Give the case folder of this scheme."),
    _("Every site has it."),
    _("Files cannot move on %(day)s, before the succession begins."),
    _("Give an overlay of this edition."),
    _("It begins the numbers of files: choose a short word."),
    _("Letters, digits and hyphens."),
    _("Lists of at most %(size)s bytes are taken."),
    _("Lists of at most %(size)s rows are taken."),
    _("Make somebody else an administrator first."),
    _("Name somebody of the organization."),
    _("Name the columns %(file)s; needed are %(count)s."),
    _('No client of this body goes by "%(file)s".'),
    _("No function is given."),
    _("No succession of %(file)s is planned."),
    _("Nobody would administer this body any more."),
    _("Plan for the edition that is in force."),
    _("Save the list as CSV in UTF-8."),
    _("Shorten it."),
    _('The body does not certify by "%(file)s".'),
    _("The body has adopted %(file)s already."),
    _('The code "%(file)s" is taken, or longer than %(count)s characters.'),
    _('The column "%(file)s" has more than %(count)s characters.'),
    _('The column "%(file)s" is empty.'),
    _('The edition has no parameter "%(file)s".'),
    _('The first row of "%(file)s" reads %(count)s.'),
    _("The last day %(day)s is past."),
    _("The mail could not be sent."),
    _("The case folder is for %(file)s, not for %(count)s."),
    _("The overlay is for %(file)s, not for %(count)s."),
    _("The overlay is meant for practice."),
    _("The overlay is too large."),
    _('The parameter "%(file)s" is set by the scheme.'),
    _("The platform does not know the language %(file)s."),
    _("The succession cannot begin on %(day)s."),
    _('There is a site "%(file)s" already.'),
    _("There is no function %(file)s."),
    _('There is no tie of the kind "%(file)s".'),
    _("This organization looks after its own particulars, sites and people."),
    _("Try again later, or ask the operator."),
    _("Two letters of ISO 3166-1, such as GB or CN."),
    _("What is in force stays: plan the way back as a new succession."),
    _("Write the whole name, or the number in the commercial register."),
    _("Put texts with a comma in quotation marks."),
    _("Write one row for each."),
    _("Write yes or no."),
    _("Your own ties end today or later."),
    _("%(file)s cannot succeed %(count)s."),
    _("%(file)s has been succeeded."),
    _("%(file)s is to be succeeded itself."),
    _("%(person)s speaks for the organization already."),
    _("%(count)s votes cannot be needed."),
    _("%(person)s works for this body already."),
    _("%(person)s works or worked for this body."),
    _("The webhook has ended."),
    _("No number is given out: it could be one that was given out before."),
    _("Tell the operator: sealmark-platform log show says more."),
    _("The number %(file)s was given out before, and this database does not know it."),
    _("Tell the operator: restore a later backup, or run sealmark-platform log recover."),
    _("%(day)s is a holiday already."),
    _("Take the other entry away first, or leave this one out."),
    _("The holiday on %(day)s has no name."),
    _("Give it one."),
    _("The year %(count)s is none that a calendar has here."),
    _("From %(count)s to %(size)s."),
    _('"%(file)s" is no day.'),
    _("Write year, month and day, such as 2026-12-25."),
    _('"%(file)s" is no day of the week.'),
    _("The body would never work."),
    _("Choose from %(file)s."),
    _("%(person)s does not work for this body."),
    _("Leave is noted for its people."),
    _("Leave from %(day)s to %(other)s is not possible."),
    _("The last day is not before the first, and at most two years after it."),
    _("%(person)s is away from %(day)s to %(other)s already."),
    _("Take that back first, or choose other days."),
    _("%(day)s is a holiday of the body: %(file)s."),
    _("The body does not work on %(day)s."),
    _("%(person)s is on leave from %(day)s to %(other)s."),
    _("Choose other days or people, or say why it shall be these."),
    _("Withholding the details was asked for already."),
    _("Look at it again."),
    _("Who asked for it does not approve it."),
    _("Ask another person who may decide."),
    _("It is approved already."),
    _("It has ended already."),
    _("This needs a reason."),
    _("Withholding is asked for by a coordinator of the body, and approved by somebody who may decide."),
    _("Ask somebody who has the function."),
    _("The certificate has ended: its status changes no more."),
    _("Look at its page."),
    _("Too many have asked from here within an hour."),
    _("Try again in an hour."),
    _("The file is no workbook."),
    _("Save it as .xlsx with the sheets and columns that an export has."),
    _("The file has %(size)s bytes."),
    _("Workbooks of at most %(size)s bytes are taken."),
    _("The workbook unpacks to %(size)s bytes."),
    _("The workbook has no sheet %(file)s."),
    _('The sheet "%(file)s" has no column %(count)s.'),
    _('The sheet "%(file)s" is too long.'),
    _("At most %(size)s rows are taken."),
    _("At most %(size)s are taken."),
    _('Sites are told of a certification "%(file)s", which is not in the list.'),
    _("Give the number of a certification of the same workbook."),
    _("Every row has it."),
    _('"%(file)s" stands in the list twice.'),
    _("Every row has an identity of its own."),
    _("There is no registered address."),
    _("Give the registered address whole, or street and city."),
    _('There is no certified entity "%(file)s".'),
    _("Give the identity of a row of the first sheet."),
    _('"%(file)s" is no status.'),
    _("No site is told."),
    _("Every certification has at least one row in the sheet of sites."),
    _("The address is not taken. It cannot be read."),
    _("The address is not taken. Only https on port 443 or 8443 is called."),
    _("The address is not taken. It holds a user name, a fragment, a space or a letter that is not ASCII."),
    _("The address is not taken. The host has no address."),
    _("The address is not taken. The host is not on the public internet."),
    _("Write https://host/path."),
    _("A body has at most %(count)s webhooks."),
    _("End one that is not needed."),
    _("Make a new one."),
    _("The invitation is too old, or was used."),
    _("Ask for another one."),
)
"""Whole sentences; ``names`` is a list, whose members are words, findings or one of the parts below."""

_PARTS = (
    _("no lead"),
    _("%(person)s is no %(name)s of this body"),
    _("%(person)s is tied to the organization"),
    _("%(person)s has no valid competence for the scheme and sector"),
    _("%(person)s does not speak the language of the evaluation"),
    _("%(person)s has led the last %(count)s evaluations: rotate"),
    _("it was made under %(name)s, not under the adopted edition %(other)s"),
    _("its seal is broken"),
    _("it was made with figures for practice"),
    _("%(person)s is no member of appeal panels"),
    _("%(person)s took part in the file"),
    _("who acts is tied to nobody"),
    _("who answers is tied to nobody"),
    _("%(person)s sits on the panel already"),
    _("in this body nobody reviews and decides"),
    _("it is labelled %(name)s"),
    _("it was made with other figures than those adopted"),
    _('there is no answer "%(name)s"'),
    _('the scheme has no applicants "%(name)s"'),
    _('the scheme has no prerequisite "%(name)s"'),
    _("prerequisites are texts by id"),
)
_WORDS: Mapping[str, str] = {
    "self-assessment": _("self-assessment"),
    "rehearsal": _("rehearsal"),
    "example": _("example"),
    "scope": _("what shall be certified"),
    "cause": _("cause"),
    "correction": _("correction"),
    "corrective_action": _("corrective action"),
    "employment": _("employment"),
    "consultancy": _("consultancy given"),
    "interest": _("own interest"),
    "none": _("none"),
    "nothing": _("nothing"),
}
_TABLES: tuple[Mapping[str, Promise | str], ...] = (
    phrases.ACTS, phrases.STATUSES, phrases.FUNCTIONS, phrases.OUTCOMES, phrases.CLASSES,
)  # fmt: skip
_KINDS = ("labels", "documents", "nodes", "grades")


@dataclass(frozen=True, slots=True)
class Told:
    """A problem for the reader.

    Attributes:
        code: SM and three digits.
        what: What is wrong, with the cure.
        language: ``en`` when it could not be said in the reader's language; otherwise empty.
    """

    code: str
    what: str
    language: str


def told_problem(problem: Problem, edition: Edition | None = None) -> Told:
    """Return a problem in the reader's language, as far as its sentences are known.

    Args:
        problem: As the library or an act states it.
        edition: Whose words stand for ids of the scheme.
    """
    said = [part for part in (problem.what, problem.fix) if part]
    found = [_sentence(part, edition) for part in said]
    if None in found and reader_tag() != "en":
        return Told(problem.code, " ".join(said), "en")
    return Told(problem.code, " ".join(new or old for new, old in zip(found, said, strict=True)), "")


def told_part(said: str) -> str:
    """Return a part of a sentence of the library or of an act, such as what speaks against a seat, for the reader."""
    return _word(said, None)


@functools.cache
def _pattern(sentence: str) -> re.Pattern[str]:
    """Return what recognizes a sentence: its named places take any text."""
    return re.compile(re.sub(r"%\\\((\w+)\\\)s|%\((\w+)\)s", _place, re.escape(sentence)), re.DOTALL)


def _place(found: re.Match[str]) -> str:
    return f"(?P<{found[1] or found[2]}>.+?)"


def _sentence(said: str, edition: Edition | None, known: tuple[str, ...] = SENTENCES) -> str | None:
    for sentence in known:
        match = _pattern(sentence).fullmatch(said)
        if match is not None:
            return gettext(sentence) % {name: _filled(name, text, edition) for name, text in match.groupdict().items()}
    return None


def _filled(name: str, text: str, edition: Edition | None) -> str:
    if name in {"file", "person", "size", "count"}:
        return text
    if name != "names":
        return _word(text, edition)
    parts = text.split(", ")
    told = [_word(part, edition) for part in parts]
    # A part may have a comma of its own; one that only seems to end like a known one is not taken for it.
    whole = _sentence(text, edition, _PARTS) if {*parts} & {*told} and len(parts) > 1 else None
    return pgettext("between the members of a list", ", ").join(told if whole is None else [whole])


def _word(name: str, edition: Edition | None) -> str:
    """Return an id in words, a finding by its class, a day in the reader's habit, a part of a sentence."""
    if edition is not None:
        words = (word_of(edition, reader_tag(), kind, name) for kind in _KINDS)
        found = next((word for word in words if word != name), None)
        if found is not None:
            return found
    if name in _WORDS:
        return gettext(_WORDS[name])
    table = next((table for table in _TABLES if name in table), None)
    if table is not None:
        return str(table[name])
    return _finding(name, edition) or _day(name) or _sentence(name, edition, _PARTS) or name


def _finding(name: str, edition: Edition | None) -> str | None:
    grade, _space, number = name.rpartition(" ")
    return f"{_word(grade, edition)} {number}" if number.isdecimal() and " " not in grade and grade else None


def _day(name: str) -> str | None:
    try:
        return date_format(dt.date.fromisoformat(name))
    except ValueError:
        return None
