"""What an exchange spares: from its facts and an amount moved to the lines of the ledger. Pure; exact in Decimal.

Every line is counted against doing without the exchange, and says so in its baseline. What is not known makes no line
but a note; it is never counted as zero. Signed: what the exchange costs or emits is negative.

**Rounding.** Everything is computed with 50 digits; each line is rounded once, at the end, half to even, to six decimal
places of its unit.

**Balances.** CO2e avoided and cost saved are no lines but the sums of their parts (`BALANCES`), so that nothing can be
counted both in a part and in the whole. A balance stands only where everything that is spent is known (transport,
treatment) and something that is avoided: otherwise it would be too high, or nothing but a cost. Pipes are the one
exception, as in matching: what their pumps emit is not known and not taken off, and each line says so.

**On the way.** An amount is what the supplier hands over. What arrives of it (`economics.delivered`) replaces
something; what is lost on the way does not.

**Paid for.** What the supplier is paid for would not be disposed of (`economics.avoids_disposal`): no landfill, no
hazardous waste, no CO2e and no cost of disposal is avoided then, and a note says so for each.

**What is never added up** (catalogue/data/EMISSIONS.md):

- A replaced product is credited by the one factor of what is delivered in the end, never by that of the waste that went
  into a process as well. The catalogue's `avoided-*` factors are primary production less closed-loop recycling;
  a `closed-loop-*` factor is a burden, and no credit.
- The factors of burning, digesting and composting cover the haul alone: they stand only where no primary production is
  credited. Landfill and water treatment are real burdens and may stand beside it.
- Transport by lorry counts with the making of its fuel; a treatment with its energy and the making of what it buys in.
"""
