/** One bar of a chart: its name, how long it is from 0 to 1 of the chart's scale, and what stands at its end. */
export interface Bar {
  readonly name: string;
  readonly length: number;
  readonly text: string;
}

/** In pixels. The picture is as wide as the page lets it be, and its text as large as all other. */
const rowHeight = 30;
const barTop = 18;
const barHeight = 8;

/**
 * A bar chart as a picture. Its figures must stand beside it as text: those who do not see it are told `title` alone.
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

/** Names leave room for the figure at the end of their row. */
const longestName = 24;
const shortened = (name: string): string =>
  name.length > longestName ? `${name.slice(0, longestName - 1)}…` : name;
