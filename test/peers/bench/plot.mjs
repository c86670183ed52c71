/** Draws curves as an SVG that reads on light and on dark pages: both axes logarithmic, each curve named at its end. */

/** @typedef {{ x: number, y: number }} Point */
/** @typedef {{ file: string, title: string, xLabel: string, yLabel: string, curves: { name: string, points: Point[] }[] }} Plot */

const WIDTH = 720;
const HEIGHT = 400;
/** Room for the names of the ticks and of the curves. */
const EDGE = { left: 64, right: 112, top: 40, bottom: 48 };
/** Told apart by lightness too, and by the name at the end of each. */
const COLOURS = ['#2563eb', '#d97706', '#059669', '#dc2626', '#7c3aed', '#0891b2', '#be185d'];
const INK = '#808080';
/** Names closer than this are moved apart. */
const LINE_PX = 14;

/** @param {Plot} plot @returns {string} */
export function drawPlot({ title, xLabel, yLabel, curves }) {
  const all = curves.flatMap(({ points }) => points);
  const xAt = scale(
    all.map(({ x }) => x),
    EDGE.left,
    WIDTH - EDGE.right,
  );
  const yAt = scale(
    all.map(({ y }) => y),
    HEIGHT - EDGE.bottom,
    EDGE.top,
  );
  const bottom = HEIGHT - EDGE.bottom;
  const xTicks = xAt.ticks.map((x) => text(xAt.of(x), bottom + 18, x.toLocaleString('en'), 'middle'));
  const yTicks = yAt.ticks.flatMap((y) => [
    `<line x1="${EDGE.left}" y1="${yAt.of(y)}" x2="${WIDTH - EDGE.right}" y2="${yAt.of(y)}" stroke="${INK}" stroke-opacity="0.25"/>`,
    text(EDGE.left - 8, yAt.of(y) + 4, y.toLocaleString('en'), 'end'),
  ]);
  const ends = spread(curves.map(({ points }) => yAt.of(points.at(-1)?.y ?? 1)));
  const lines = curves.flatMap(({ name, points }, i) => {
    const colour = COLOURS[i % COLOURS.length] ?? INK;
    const path = points.map(({ x, y }) => `${xAt.of(x)},${yAt.of(y)}`).join(' ');
    const width = i === 0 ? 3 : 1.5;
    return [
      `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="${width}"/>`,
      ...points.map(({ x, y }) => `<circle cx="${xAt.of(x)}" cy="${yAt.of(y)}" r="${width}" fill="${colour}"/>`),
      text(WIDTH - EDGE.right + 8, (ends[i] ?? 0) + 4, name, 'start', colour),
    ];
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="system-ui, sans-serif" font-size="12" role="img">`,
    `<title>${title}</title>`,
    `<text x="${EDGE.left}" y="20" font-size="14" font-weight="600" fill="${INK}">${title}</text>`,
    ...yTicks,
    ...xTicks,
    text((EDGE.left + WIDTH - EDGE.right) / 2, HEIGHT - 8, xLabel, 'middle'),
    `<text transform="rotate(-90)" x="${-(HEIGHT - EDGE.bottom + EDGE.top) / 2}" y="14" text-anchor="middle" fill="${INK}">${yLabel}</text>`,
    ...lines,
    '</svg>',
    '',
  ].join('\n');
}

/** @param {number} x @param {number} y @param {string} content @param {string} anchor */
function text(x, y, content, anchor, colour = INK) {
  return `<text x="${x}" y="${y}" text-anchor="${anchor}" fill="${colour}">${content}</text>`;
}

/** Whole powers of ten around the values. @param {number[]} values @param {number} from pixel of the least @param {number} to */
function scale(values, from, to) {
  const least = Math.floor(Math.log10(Math.min(...values)));
  const most = Math.max(least + 1, Math.ceil(Math.log10(Math.max(...values))));
  return {
    ticks: Array.from({ length: most - least + 1 }, (_, i) => 10 ** (least + i)),
    of: (/** @type {number} */ value) =>
      Math.round((from + ((Math.log10(value) - least) / (most - least)) * (to - from)) * 10) / 10,
  };
}

/** The same heights in the same order, none nearer to another than a line of text. @param {number[]} heights */
function spread(heights) {
  const order = heights.map((height, i) => ({ height, i })).sort((a, b) => a.height - b.height);
  const placed = [...heights];
  let last = -Infinity;
  for (const { height, i } of order) {
    last = Math.max(height, last + LINE_PX);
    placed[i] = last;
  }
  return placed;
}
