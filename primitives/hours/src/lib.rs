//! Hours: who served how long, when and for whom, as an append-only ledger.
