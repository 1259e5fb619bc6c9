"""What a person reads beside a chart: sentences, tables, cards."""
