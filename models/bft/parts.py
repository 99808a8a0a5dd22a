"""What a party is built from. A mutant puts a subclass that overrides one rule in the place of one part."""

from dataclasses import dataclass

from models.bft.abba import Abba
from models.bft.binary import Binary
from models.bft.candidates import Candidates
from models.bft.ckps import Ckps
from models.bft.coin import Coin
from models.bft.crusader import Bca
from models.bft.crypto import Crypto
from models.bft.journal import Journal
from models.bft.justified import Justified
from models.bft.mmr import Mmr, MmrConf
from models.bft.pmvba import Pmvba
from models.bft.promotion import Promotion
from models.bft.rbc import ReliableBroadcast
from models.bft.smvba import Smvba
from models.bft.tally import Support, Tally
from models.bft.vaba import Vaba
from models.bft.vcbc import ConsistentBroadcast


@dataclass(frozen=True)
class Parts:
    """The class of every part."""

    tally: type[Tally] = Tally  # type: ignore[type-arg] # of anything
    support: type[Support] = Support
    crypto: type[Crypto] = Crypto
    journal: type[Journal] = Journal
    coin: type[Coin] = Coin
    rbc: type[ReliableBroadcast] = ReliableBroadcast
    promotion: type[Promotion] = Promotion
    vcbc: type[ConsistentBroadcast] = ConsistentBroadcast
    bca: type[Bca] = Bca
    mmr: type[Mmr] = Mmr
    conf: type[MmrConf] = MmrConf
    binary: type[Binary] = Binary
    justified: type[Justified] = Justified
    abba: type[Abba] = Abba
    candidates: type[Candidates] = Candidates
    ckps: type[Ckps] = Ckps
    vaba: type[Vaba] = Vaba
    smvba: type[Smvba] = Smvba
    pmvba: type[Pmvba] = Pmvba
