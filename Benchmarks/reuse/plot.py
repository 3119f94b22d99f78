"""Draws the results as an SVG without any library: a row a sequence, a dot a strategy, on a logarithmic scale."""

import math
from html import escape

COLOURS = ["#d1495b", "#00798c", "#66a182", "#edae49", "#8d96a3"]
LEFT, WIDTH, ROW, TOP = 250, 620, 17, 74


def draw(results, file):
    ways = list(results[0][2])
    most = max(max(values.values()) for _, _, values in results)
    ticks = [tick for tick in (1, 1.15, 1.25, 1.5, 2, 3, 5, 10, 20, 50) if tick <= most * 1.2]
    scale = WIDTH / math.log(most * 1.15)

    def x(ratio):
        return LEFT + math.log(ratio) * scale

    body, y, universe = [], TOP, None
    for title, name, values in results:
        if title != universe:
            universe = title
            y += 26
            body.append(f'<text x="10" y="{y - 6}" font-weight="bold">{escape(title)}</text>')
        body.append(f'<text x="{LEFT - 14}" y="{y + 12}" text-anchor="end">{escape(name)}</text>')
        body.append(f'<line x1="{LEFT}" y1="{y + 8}" x2="{LEFT + WIDTH}" y2="{y + 8}" stroke="#eeeeee"/>')
        # The default last, so that it lies above all others.
        for index, way in reversed(list(enumerate(ways))):
            radius = 5.5 if index == 0 else 4
            body.append(
                f'<circle cx="{x(values[way]):.1f}" cy="{y + 8}" r="{radius}" fill="{COLOURS[index]}" fill-opacity="0.85">'
                f"<title>{escape(way)}: {values[way]:.2f}</title></circle>")
        y += ROW
    bottom = y + 6
    grid = []
    for tick in ticks:
        dash = ' stroke-dasharray="4 3"' if tick in (1.15, 1.25) else ""
        grid.append(f'<line x1="{x(tick):.1f}" y1="{TOP}" x2="{x(tick):.1f}" y2="{bottom}" stroke="#bbbbbb"{dash}/>')
        raised = 10 if tick == 1.25 else 0
        grid.append(f'<text x="{x(tick):.1f}" y="{TOP - 5 - raised}" text-anchor="middle" font-size="10">{tick:g}</text>')
    legend = []
    place = LEFT
    for index, way in enumerate(ways):
        legend.append(f'<circle cx="{place}" cy="40" r="5" fill="{COLOURS[index]}"/><text x="{place + 9}" y="44">{escape(way)}</text>')
        place += 30 + 6.6 * len(way)
    height = bottom + 12
    file.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{LEFT + WIDTH + 30}" height="{height}" '
        f'viewBox="0 0 {LEFT + WIDTH + 30} {height}" font-family="Helvetica, Arial, sans-serif" font-size="12">'
        f'<rect width="100%" height="100%" fill="white"/>'
        '<text x="10" y="20" font-size="15">Bytes pulled over a sequence of images, as a multiple of sending each store path once</text>'
        + "".join(grid + body + legend) + "</svg>\n")
