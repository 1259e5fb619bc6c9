"""A page of pictures: every chart on the practice case, on real logs, on any size."""
