"""What can be owed."""

from warchest.debts.bond import Bond
from warchest.debts.convertible import Convertible
from warchest.debts.facility import Facility
from warchest.debts.loan import Loan
from warchest.debts.margin_loan import MarginLoan
from warchest.debts.payable import Payable
from warchest.debts.preferred import Preferred
from warchest.debts.prepaid_forward import PrepaidForward

ALL = (Bond, Loan, Facility, Payable, MarginLoan, PrepaidForward, Preferred, Convertible)
