import { z } from 'zod';
import { countPoints, FILLS, MAX_ALL_POINTS, MAX_COORDINATE, MAX_POINTS, MAX_STROKES, type Stroke } from './what-if.ts';

const Coordinate = z.number().min(-MAX_COORDINATE).max(MAX_COORDINATE);
const Position = z.tuple([Coordinate, Coordinate]);
const Image = z.union([z.literal(0), z.literal(1)]);
const Fill = z.enum(FILLS);
const Radius = z.number().positive().max(1e5); // above 1: of a brush on an image that is a pixel wide
const Path = { radius: z.tuple([Radius, Radius]), points: z.array(Position).min(1).max(MAX_POINTS) };

const AnyStroke = z.discriminatedUnion('tool', [
  z.strictObject({ tool: z.literal('brush'), image: Image, fill: Fill, ...Path }),
  z.strictObject({ tool: z.literal('rectangle'), image: Image, fill: Fill, box: z.tuple([Coordinate, Coordinate, Coordinate, Coordinate]) }),
  z.strictObject({ tool: z.literal('lasso'), image: Image, fill: Fill, points: z.array(Position).min(1).max(MAX_POINTS) }),
  z.strictObject({ tool: z.literal('erase'), image: Image, ...Path }),
]);

/** The strokes of an edit. */
export const Strokes = z
  .array(AnyStroke)
  .max(MAX_STROKES, `an edit has at most ${MAX_STROKES} strokes`)
  .refine((strokes: Stroke[]) => countPoints(strokes) <= MAX_ALL_POINTS, {
    error: 'the edit has too many points: save it and begin another',
  });
