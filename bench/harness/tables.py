"""Tables and figures as the documents have them."""

MB = 1 << 20


def table(headers, rows):
    """A Markdown table that can also be read as it is."""
    rows = [["-" if cell is None else str(cell) for cell in row] for row in rows]
    widths = [max(len(row[column]) for row in [headers, *rows]) for column in range(len(headers))]
    lines = [headers, ["-" * max(width, 3) for width in widths], *rows]
    return ["| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths)) + " |" for line in lines]


def number(value):
    return f"{value:,.0f}".replace(",", " ")


def rounded(value):
    """Three digits are what a run can tell."""
    digits = max(0, len(str(int(value))) - 3)
    return number(round(value / 10**digits) * 10**digits)


def megabytes(value):
    return f"{value / MB:.0f} MB" if value >= 10 * MB else f"{value / MB:.1f} MB"


def seconds(value):
    return f"{value:.2f} s"
