"""What each kind of notice says."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

__all__ = ["SENTENCES"]

SENTENCES = {
    "application-submitted": _("An application was submitted."),
    "application-asked": _("The certification body asks for more."),
    "application-accepted": _("The application was accepted."),
    "application-refused": _("The application was refused."),
    "application-withdrawn": _("The application was withdrawn."),
    "agreement-offered": _("The agreement waits to be signed."),
    "agreement-signed": _("The agreement was signed."),
    "assigned": _("You were assigned to an evaluation."),
    "plan-settled": _("The plan of the evaluation is settled."),
    "finding-raised": _("Finding %(number)s was raised."),
    "finding-answered": _("Finding %(number)s was answered."),
    "answer-returned": _("The answer to finding %(number)s was returned."),
    "evaluation-refused": _("The evidence could not be evaluated: the file tells why."),
    "to-be-reviewed": _("An evaluation waits for your review."),
    "to-be-decided": _("An evaluation waits for the decision."),
    "sent-back": _("The review sent the file back."),
    "deferred": _("The decision was deferred."),
    "decided": _("A decision was taken."),
    "certificate-suspended": _("The certificate was suspended."),
    "certificate-restored": _("The suspension was lifted."),
    "certificate-withdrawn": _("The certificate was withdrawn."),
    "condition-settled": _("A condition of the certificate is met."),
    "panel-named": _("You were named to the panel of a complaint or an appeal."),
    "certificate-expired": _("The certificate has expired."),
    "due-end-of-suspension": _("The suspension ends on %(on)s."),
    "due-condition": _("A condition has to be met by %(on)s."),
    "edition-moved": _("The file moves to the edition %(edition)s."),
    "objection-filed": _("A complaint or an appeal was filed."),
    "objection-admit": _("Your complaint or appeal was taken up."),
    "objection-reject": _("Your complaint or appeal was not taken up."),
    "objection-investigate": _("Your complaint or appeal was investigated."),
    "objection-decide": _("Your complaint or appeal was decided."),
    "outside-complaint": _("A complaint came in from outside."),
    "withholding-asked": _("Somebody who may decide is asked to approve that the register withholds the details."),
    "objection-close": _("Your complaint or appeal was closed."),
}
