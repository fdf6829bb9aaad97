/**
 * Canvases as sharp as the screen, for the chart library. It stands in for the package fancy-canvas, of which the library
 * uses this much, and which is built for browsers of years ago and takes several times the room; the build says so to the
 * bundler.
 */

interface Size {
  readonly width: number;
  readonly height: number;
}

type Transform = (bitmap: Size, client: Size) => Size;
type Listener = (before: Size | null, after: Size | null) => void;

export const size = ({ width, height }: Size): Size => {
  if (width < 0 || height < 0) throw new RangeError(`a size must not be negative, was ${width} x ${height}`);
  return { width, height };
};

export const equalSizes = (a: Size, b: Size): boolean => a.width === b.width && a.height === b.height;

/** A canvas, and how many pixels of the screen lie under it. */
class Binding {
  readonly canvasElement: HTMLCanvasElement;
  canvasElementClientSize: Size;
  readonly #transform: Transform;
  readonly #observer: ResizeObserver;
  #listeners: readonly Listener[] = [];
  #suggested: Size | null = null;

  constructor(canvas: HTMLCanvasElement, transform: Transform) {
    this.canvasElement = canvas;
    this.canvasElementClientSize = size({ width: canvas.clientWidth, height: canvas.clientHeight });
    this.#transform = transform;
    this.#observer = new ResizeObserver(([entry]) => {
      const box = entry?.devicePixelContentBoxSize?.[0];
      if (box === undefined) this.#predict();
      else this.#suggest({ width: box.inlineSize, height: box.blockSize });
    });
    try {
      this.#observer.observe(canvas, { box: "device-pixel-content-box" });
    } catch {
      // Safari counts in pixels of the style sheet alone
      this.#observer.observe(canvas);
    }
  }

  get bitmapSize(): Size {
    const { width, height } = this.canvasElement;
    return { width, height };
  }

  resizeCanvasElement({ width, height }: Size): void {
    this.canvasElementClientSize = size({ width, height });
    Object.assign(this.canvasElement.style, { width: `${width}px`, height: `${height}px` });
    this.#predict();
  }

  subscribeSuggestedBitmapSizeChanged(listener: Listener): void {
    this.#listeners = [...this.#listeners, listener];
  }

  unsubscribeSuggestedBitmapSizeChanged(listener: Listener): void {
    this.#listeners = this.#listeners.filter((each) => each !== listener);
  }

  applySuggestedBitmapSize(): void {
    const suggested = this.#suggested;
    if (suggested === null) return;
    this.#suggested = null;
    Object.assign(this.canvasElement, suggested);
    this.#tell(suggested);
  }

  dispose(): void {
    this.#observer.disconnect();
    this.#listeners = [];
  }

  #predict(): void {
    const { left, top, width, height } = this.canvasElement.getBoundingClientRect();
    const pixels = (from: number, room: number): number =>
      Math.round((from + room) * devicePixelRatio) - Math.round(from * devicePixelRatio);
    this.#suggest({ width: pixels(left, width), height: pixels(top, height) });
  }

  #suggest(bitmap: Size): void {
    const before = this.#suggested;
    const wanted = this.#transform(bitmap, this.canvasElementClientSize);
    this.#suggested = equalSizes(this.bitmapSize, wanted) ? null : wanted;
    if (before !== this.#suggested) this.#tell(before);
  }

  #tell(before: Size | null): void {
    for (const listener of this.#listeners) listener(before, this.#suggested);
  }
}

/** Keeps a canvas as sharp as the screen. */
export const bindCanvasElementBitmapSizeTo = (
  canvas: HTMLCanvasElement,
  { transform = (bitmap) => bitmap }: { readonly transform?: Transform },
): Binding => new Binding(canvas, transform);

/** Draws in pixels of the screen, or of the style sheet. */
class Target {
  readonly #context: CanvasRenderingContext2D;
  readonly #scope;

  constructor(context: CanvasRenderingContext2D, mediaSize: Size, bitmapSize: Size) {
    this.#context = context;
    this.#scope = {
      context,
      mediaSize,
      bitmapSize,
      horizontalPixelRatio: bitmapSize.width / mediaSize.width,
      verticalPixelRatio: bitmapSize.height / mediaSize.height,
    };
  }

  useMediaCoordinateSpace<Result>(draw: (scope: unknown) => Result): Result {
    return this.#use(this.#scope.horizontalPixelRatio, this.#scope.verticalPixelRatio, draw);
  }

  useBitmapCoordinateSpace<Result>(draw: (scope: unknown) => Result): Result {
    return this.#use(1, 1, draw);
  }

  #use<Result>(across: number, down: number, draw: (scope: unknown) => Result): Result {
    try {
      this.#context.save();
      this.#context.setTransform(across, 0, 0, down, 0, 0);
      return draw(this.#scope);
    } finally {
      this.#context.restore();
    }
  }
}

/** Null where there is nothing to draw on. */
export const tryCreateCanvasRenderingTarget2D = (
  { canvasElement, canvasElementClientSize, bitmapSize }: Binding,
  options?: CanvasRenderingContext2DSettings,
): Target | null => {
  const isEmpty = [canvasElementClientSize, bitmapSize].some(({ width, height }) => width === 0 || height === 0);
  const context = isEmpty ? null : canvasElement.getContext("2d", options);
  return context && new Target(context, canvasElementClientSize, bitmapSize);
};
