/** Draws `values` as a line over the whole of `canvas`, in `colour`, sharp on any screen. */
export const drawSparkline = (canvas: HTMLCanvasElement, values: readonly number[], colour: string): void => {
  const [width, height, ratio] = [canvas.clientWidth, canvas.clientHeight, devicePixelRatio];
  const context = canvas.getContext("2d");
  if (context === null || width === 0) return;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  context.scale(ratio, ratio);
  if (values.length < 2) return;
  const [least, greatest] = [Math.min(...values), Math.max(...values)];
  const span = greatest - least || 1;
  const path = new Path2D();
  for (const [index, value] of values.entries()) {
    const x = 1 + (index / (values.length - 1)) * (width - 2);
    const y = 2 + (1 - (value - least) / span) * (height - 4);
    path.lineTo(x, y);
  }
  context.strokeStyle = colour;
  context.lineWidth = 1.25;
  context.lineJoin = "round";
  context.stroke(path);
};
