"""What a benchmark is made of."""

# Each is measured in one run, and kept as a whole.
PARTS = ("peers", "sizes", "pace", "scaling", "fields", "against", "steps")
# Not repeated: it takes as long as it takes, and hardly varies.
ONCE = ("pace",)
SIZES = (1, 5, 10)  # times the users
SCALING_WORKERS = (1, 2, 4, 8)
