/** The plot area inside a drawing, px. */
export interface Box {
  width: number; // of the drawing
  height: number;
  left: number;
  right: number; // x where the plot ends, not a margin
  top: number;
  bottom: number;
}
