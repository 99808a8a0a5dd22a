"""What agreement protocols promise, judged from the events that their nodes emit.

| promise | file |
|---|---|
| one decision, made once, of a proposed value, in time | `decisions`, `validity`, `termination` |
| one order of messages, each once, each in time, as senders sent them | `deliveries`, `arrival`, `causality` |
| one log: its leaders, its entries, its commits, its machines | `elections`, `log_matching`, `commits`, `machines` |
| certificates, signatures, forks and who is to blame | `certificates`, `signatures`, `forks`, `accountability` |
| crusader agreement, coins, data | `binding`, `coins`, `availability` |

`events` is the vocabulary that models emit, `promise` what all these checks share, `judge` asks one of them about a
list of events.
"""
