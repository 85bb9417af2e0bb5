/** One bar of a chart: its name, its length from 0 to 1 of the chart's scale, and the figure at its end. */
export interface Bar {
  readonly name: string;
  readonly length: number;
  readonly text: string;
}

/** In pixels. The chart scales with the page, and its text is as large as all other text. */
const rowHeight = 30;
const barTop = 18;
const barHeight = 8;

/**
 * A bar chart. Its figures must also be on the page as text, because people who cannot see it only get `title`.
 * @param id of its title, unique on the page
 */
export function BarChart({ id, title, bars }: { id: string; title: string; bars: readonly Bar[] }) {
  return (
    <svg class="chart" height={bars.length * rowHeight} role="img" aria-labelledby={id}>
      <title id={id}>{title}</title>
      {bars.map(({ name, length, text }, place) => {
        const top = place * rowHeight;
        return (
          <g>
            <text x="0" y={top + barTop - 5}>
              {shortened(name)}
            </text>
            <text x="100%" y={top + barTop - 5} text-anchor="end">
              {text}
            </text>
            <rect class="track" x="0" y={top + barTop} width="100%" height={barHeight} rx="2" />
            <rect
              class="bar"
              x="0"
              y={top + barTop}
              width={`${(Math.min(1, Math.max(0, length)) * 100).toFixed(1)}%`}
              height={barHeight}
              rx="2"
            />
          </g>
        );
      })}
    </svg>
  );
}

/** Leaves room for the figure at the end of the row. */
const longestName = 24;
const shortened = (name: string): string =>
  name.length > longestName ? `${name.slice(0, longestName - 1)}…` : name;
