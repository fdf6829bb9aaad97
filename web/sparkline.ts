/** How much room a line has, in pixels of the style sheet. */
export interface Room {
  readonly width: number;
  readonly height: number;
}

/** The room that the style sheet gives to a canvas; none while it is hidden. */
export const roomOf = ({ clientWidth: width, clientHeight: height }: HTMLCanvasElement): Room => ({ width, height });

/** What came before the last line is shown fainter. */
const PAST_ALPHA = 0.4;

/** Draws `lines`, one behind the other and each on its own, over the whole of `canvas`, in `colour`, sharp on any screen. */
export const drawSparkline = (
  canvas: HTMLCanvasElement,
  { width, height }: Room,
  lines: readonly (readonly number[])[],
  colour: string,
): void => {
  const context = canvas.getContext("2d");
  if (context === null) return;
  const [across, down] = [Math.round(width * devicePixelRatio), Math.round(height * devicePixelRatio)];
  if (canvas.width !== across) canvas.width = across;
  if (canvas.height !== down) canvas.height = down;
  context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
  context.clearRect(0, 0, width, height);
  const values = lines.flat();
  if (values.length < 2) return;
  const [least, greatest] = [Math.min(...values), Math.max(...values)];
  const span = greatest - least || 1;
  context.strokeStyle = colour;
  context.lineWidth = 1.25;
  context.lineJoin = "round";
  let index = 0;
  for (const line of lines) {
    context.beginPath();
    for (const value of line) {
      const x = 1 + (index++ / (values.length - 1)) * (width - 2);
      const y = 2 + (1 - (value - least) / span) * (height - 4);
      context.lineTo(x, y);
    }
    context.globalAlpha = line === lines.at(-1) ? 1 : PAST_ALPHA;
    context.stroke();
  }
};
