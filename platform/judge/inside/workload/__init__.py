"""Platform-owned load: the orders a program is handed, the ledger behind them, the canaries."""
