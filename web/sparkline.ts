/** What came before the last line is shown fainter. */
const PAST_ALPHA = 0.4;

/** Draws `lines`, one behind the other and each on its own, over the whole of `canvas`, in `colour`, sharp on any screen. */
export const drawSparkline = (
  canvas: HTMLCanvasElement,
  lines: readonly (readonly number[])[],
  colour: string,
): void => {
  const [width, height, ratio] = [canvas.clientWidth, canvas.clientHeight, devicePixelRatio];
  const context = canvas.getContext("2d");
  if (context === null || width === 0) return;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  context.scale(ratio, ratio);
  const values = lines.flat();
  if (values.length < 2) return;
  const [least, greatest] = [Math.min(...values), Math.max(...values)];
  const span = greatest - least || 1;
  context.strokeStyle = colour;
  context.lineWidth = 1.25;
  context.lineJoin = "round";
  let index = 0;
  for (const line of lines) {
    const path = new Path2D();
    for (const value of line) {
      const x = 1 + (index++ / (values.length - 1)) * (width - 2);
      const y = 2 + (1 - (value - least) / span) * (height - 4);
      path.lineTo(x, y);
    }
    context.globalAlpha = line === lines.at(-1) ? 1 : PAST_ALPHA;
    context.stroke(path);
  }
};
