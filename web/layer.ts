import type { IPanePrimitive } from "lightweight-charts";

/** Something that draws itself on a chart whenever the chart is drawn, in the pixels of the page. */
export const layer = (
  zOrder: "bottom" | "top",
  draw: (context: CanvasRenderingContext2D, heightPixels: number) => void,
): IPanePrimitive => ({
  paneViews: () => [
    {
      zOrder: () => zOrder,
      renderer: () => ({
        draw: (target) => target.useMediaCoordinateSpace(({ context, mediaSize }) => draw(context, mediaSize.height)),
      }),
    },
  ],
});
