"""What models of agreement protocols use beside `import sim`: the standard vocabulary, its promises, and signatures.

Say what happens: Proposed, Decided, Signed, Certified, CrusaderVoted, CrusaderOutput, CoinReleased, CoinRevealed, Value
Promise it:       Promise, Group, Agreement, Integrity, Termination, ExternalValidity, StrongValidity, SignsOnce,
                  CertificateQuorum, UnforgedCertificates, Accountability, Binding, CoinSecrecy, SameCoin, TotalOrder
Sign it:          Tag, Share, Certificate, Signer, Signatures, digest_of
Say it:           say, when, listed
"""

from sim.checks.agreement.accountability import Accountability
from sim.checks.agreement.binding import Binding
from sim.checks.agreement.certificates import CertificateQuorum, UnforgedCertificates
from sim.checks.agreement.coins import CoinSecrecy, SameCoin
from sim.checks.agreement.decisions import Agreement, Integrity
from sim.checks.agreement.deliveries import TotalOrder
from sim.checks.agreement.events import (
    Certified,
    CoinRevealed,
    CrusaderOutput,
    CrusaderVoted,
    Decided,
    Delivered,
    Proposed,
    Signed,
    Value,
)
from sim.checks.agreement.events import CoinShare as CoinReleased
from sim.checks.agreement.group import Group
from sim.checks.agreement.promise import Promise
from sim.checks.agreement.signatures import SignsOnce
from sim.checks.agreement.termination import Termination
from sim.checks.agreement.validity import ExternalValidity, StrongValidity
from sim.checks.agreement.words import listed, say, when
from sim.world.signatures import Certificate, Share, Signatures, Signer, Tag, digest_of

__all__ = [
    "Accountability",
    "Agreement",
    "Binding",
    "Certificate",
    "CertificateQuorum",
    "Certified",
    "CoinReleased",
    "CoinRevealed",
    "CoinSecrecy",
    "CrusaderOutput",
    "CrusaderVoted",
    "Decided",
    "Delivered",
    "ExternalValidity",
    "Group",
    "Integrity",
    "Promise",
    "Proposed",
    "SameCoin",
    "Share",
    "Signatures",
    "Signed",
    "Signer",
    "SignsOnce",
    "StrongValidity",
    "Tag",
    "Termination",
    "TotalOrder",
    "UnforgedCertificates",
    "Value",
    "digest_of",
    "listed",
    "say",
    "when",
]
