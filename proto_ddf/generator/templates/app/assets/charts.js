// A press on a bar, a slice or a point of a line is one on the link of that point, in the table below the chart.
export function openPoint(chart, at) {
  document.querySelector(`[data-chart="${chart}"] [data-point="${at}"]`)?.click();
}
