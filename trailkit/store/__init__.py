"""Evidence: log files, and the Parquet store made from them."""
