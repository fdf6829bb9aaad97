export const size=1, bindCanvasElementBitmapSizeTo=1, equalSizes=1, tryCreateCanvasRenderingTarget2D=1;
