"""The story of a case, and what is handed over: report, bundle, exports."""
