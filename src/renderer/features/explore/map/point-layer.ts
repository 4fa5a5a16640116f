/**
 * Draws up to millions of points by WebGL 2. Our own, because regl (of regl-scatterplot) compiles its commands with `Function`, which the
 * page's content security policy forbids.
 */
import type { Rgb } from './colours.ts';
import type { ViewBox } from './view-box.ts';

const VERTEX = `#version 300 es
uniform vec2 middle;
uniform vec2 scale; // clip space per unit of the map
uniform float size; // device pixels
in vec2 position;
in vec4 colour;
out vec4 fill;
void main() {
  gl_Position = vec4((position - middle) * scale, 0.0, 1.0);
  gl_PointSize = size;
  fill = colour;
}`;

const FRAGMENT = `#version 300 es
precision highp float;
uniform float size;
uniform vec4 ring; // colour of the edge; alpha 0: none
uniform float opacity;
in vec4 fill;
out vec4 result;
void main() {
  float radius = length(gl_PointCoord - 0.5) * size;
  float outside = size * 0.5 - radius; // device pixels to the edge
  if (outside < 0.0) discard;
  float edge = clamp(outside, 0.0, 1.0);
  vec4 body = vec4(fill.rgb, max(fill.a * opacity, ring.a * 0.9));
  vec4 shown = mix(body, ring, ring.a * (1.0 - clamp(outside - size * 0.18, 0.0, 1.0)));
  result = vec4(shown.rgb, 1.0) * (shown.a * edge);
}`;

const UNIFORMS = ['middle', 'scale', 'size', 'ring', 'opacity'] as const;

interface Resources {
  program: WebGLProgram;
  uniforms: Record<(typeof UNIFORMS)[number], WebGLUniformLocation | null>;
  positions: WebGLBuffer;
  colours: WebGLBuffer;
  marked: WebGLBuffer;
}

/** Diameter of points in CSS pixels: small where they are many, larger as one zooms in. `zoom`: 1 shows the whole map. */
export const pointSize = (n: number, zoom: number): number => Math.min(14, (n > 200_000 ? 2 : n > 20_000 ? 3 : n > 2_000 ? 5 : 8) * zoom ** 0.35);

/** Opacity of points: lower where they cover each other. */
export const pointOpacity = (n: number, zoom: number): number => Math.min(1, (n > 200_000 ? 0.4 : n > 20_000 ? 0.6 : 0.85) * zoom ** 0.2);

export class PointLayer {
  private readonly gl: WebGL2RenderingContext;
  private readonly canvas: HTMLCanvasElement;
  private readonly onrestored: () => void;
  private resources: Resources | null = null;
  private xy: Float32Array = new Float32Array(0);
  private rgba: Uint8Array = new Uint8Array(0);
  private marks: Uint32Array = new Uint32Array(0);

  /** Null where the browser has no WebGL 2. `onrestored`: draw again, after the graphics driver was restarted. */
  static open(canvas: HTMLCanvasElement, onrestored: () => void): PointLayer | null {
    const gl = canvas.getContext('webgl2', { alpha: true, antialias: false, premultipliedAlpha: true, powerPreference: 'high-performance' });
    return gl ? new PointLayer(canvas, gl, onrestored) : null;
  }

  private constructor(canvas: HTMLCanvasElement, gl: WebGL2RenderingContext, onrestored: () => void) {
    this.canvas = canvas;
    this.gl = gl;
    this.onrestored = onrestored;
    canvas.addEventListener('webglcontextlost', this.lost);
    canvas.addEventListener('webglcontextrestored', this.restored);
  }

  /** [n, 2] */
  setPositions(xy: Float32Array): void {
    this.xy = xy;
    this.upload('positions', xy);
  }

  /** RGBA [n, 4] */
  setColours(rgba: Uint8Array): void {
    this.rgba = rgba;
    this.upload('colours', rgba);
  }

  /** Points that are drawn larger, with a ring, above all others. */
  setMarked(points: Uint32Array): void {
    this.marks = points;
    this.upload('marked', points);
  }

  /** `zoom`: 1 shows the whole map. */
  draw(view: ViewBox, { zoom, ring }: { zoom: number; ring: Rgb }): void {
    const { gl, canvas } = this;
    const ratio = window.devicePixelRatio;
    const [width, height] = [Math.max(1, Math.round(view.width * ratio)), Math.max(1, Math.round(view.height * ratio))];
    if (canvas.width !== width) canvas.width = width;
    if (canvas.height !== height) canvas.height = height;
    if (gl.isContextLost()) return;
    const { program, uniforms } = this.ready();
    const n = this.xy.length / 2;
    gl.viewport(0, 0, width, height);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT);
    if (n === 0 || this.rgba.length !== 4 * n) return;
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    gl.useProgram(program);
    gl.uniform2f(uniforms.middle, view.x, view.y);
    gl.uniform2f(uniforms.scale, (2 * view.scale) / view.width, (2 * view.scale) / view.height);
    const size = pointSize(n, zoom) * ratio;
    gl.uniform1f(uniforms.size, size);
    gl.uniform4f(uniforms.ring, 0, 0, 0, 0);
    gl.uniform1f(uniforms.opacity, pointOpacity(n, zoom));
    gl.drawArrays(gl.POINTS, 0, n);
    if (this.marks.length === 0) return;
    gl.uniform1f(uniforms.size, Math.max(size * 1.3, 7 * ratio));
    gl.uniform4f(uniforms.ring, ring[0] / 255, ring[1] / 255, ring[2] / 255, 1);
    gl.uniform1f(uniforms.opacity, 1);
    gl.drawElements(gl.POINTS, this.marks.length, gl.UNSIGNED_INT, 0);
  }

  close(): void {
    this.canvas.removeEventListener('webglcontextlost', this.lost);
    this.canvas.removeEventListener('webglcontextrestored', this.restored);
    const { gl, resources } = this;
    if (!resources || gl.isContextLost()) return;
    gl.deleteProgram(resources.program);
    for (const buffer of [resources.positions, resources.colours, resources.marked]) gl.deleteBuffer(buffer);
    this.resources = null;
  }

  private readonly lost = (event: Event): void => {
    event.preventDefault(); // else the browser never restores it
    this.resources = null;
  };

  private readonly restored = (): void => {
    this.upload('positions', this.xy);
    this.upload('colours', this.rgba);
    this.upload('marked', this.marks);
    this.onrestored();
  };

  private upload(name: 'positions' | 'colours' | 'marked', data: Float32Array | Uint8Array | Uint32Array): void {
    const { gl } = this;
    if (gl.isContextLost()) return;
    const target = name === 'marked' ? gl.ELEMENT_ARRAY_BUFFER : gl.ARRAY_BUFFER;
    gl.bindBuffer(target, this.ready()[name]);
    gl.bufferData(target, data, gl.DYNAMIC_DRAW);
  }

  private ready(): Resources {
    if (this.resources) return this.resources;
    const { gl } = this;
    const program = gl.createProgram();
    for (const [kind, source] of [
      [gl.VERTEX_SHADER, VERTEX],
      [gl.FRAGMENT_SHADER, FRAGMENT],
    ] as const) {
      const shader = gl.createShader(kind)!;
      gl.shaderSource(shader, source);
      gl.compileShader(shader);
      gl.attachShader(program, shader);
      gl.deleteShader(shader); // stays until the program is deleted
    }
    gl.bindAttribLocation(program, 0, 'position');
    gl.bindAttribLocation(program, 1, 'colour');
    gl.linkProgram(program);
    if (!gl.getProgramParameter(program, gl.LINK_STATUS)) throw new Error(`The map’s shaders: ${gl.getProgramInfoLog(program) ?? ''}`);
    const [positions, colours, marked] = [gl.createBuffer(), gl.createBuffer(), gl.createBuffer()];
    gl.bindBuffer(gl.ARRAY_BUFFER, positions);
    gl.enableVertexAttribArray(0);
    gl.vertexAttribPointer(0, 2, gl.FLOAT, false, 0, 0);
    gl.bindBuffer(gl.ARRAY_BUFFER, colours);
    gl.enableVertexAttribArray(1);
    gl.vertexAttribPointer(1, 4, gl.UNSIGNED_BYTE, true, 0, 0);
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, marked);
    const uniforms = Object.fromEntries(UNIFORMS.map((name) => [name, gl.getUniformLocation(program, name)])) as Resources['uniforms'];
    this.resources = { program, uniforms, positions, colours, marked };
    return this.resources;
  }
}
