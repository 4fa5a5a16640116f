import type { ImageTime } from '../../../shared/encoder-comparison.ts';
import type { SameKind } from '../../../shared/pair-relation.ts';
import type { RunConfig } from '../../../shared/run.ts';
import type { Candidate, CandidateRanking } from '../../domain/compare-encoders/compare-encoders.ts';
import type { ImageUnits } from '../../domain/evaluate/units.ts';
import type { PackedImages, PackedPairs } from '../../domain/pairs/packed.ts';

/** An encoder and the images that its figures are computed on. */
export interface ScoreEncoderRequest {
  config: RunConfig; // of a training with it
  encoderFolder: string | null; // of config.encoder; null without one
  weightsPath: string | null;
  caches: { features: string; pixels: string }; // folders
  root: string; // of the data set
  images: PackedImages; // included ones
  pairs: PackedPairs; // of validation images
  probe: boolean; // whether also with a linear probe
}

export interface ScoredEncoder {
  channels: number; // length of the pooled features
  bytes: number; // of its parameters as float32
  time: ImageTime | null; // null: too few images
  plain: Candidate;
  probe: Candidate | { problem: string } | null; // null: not asked for
}

/** Encoders that were scored on the same images and pairs. */
export interface RankEncodersRequest {
  candidates: Candidate[];
  images: PackedImages;
  units: ImageUnits; // of `images`
  pairs: PackedPairs;
  same: SameKind; // of the queries
}

/** Requests to compute, as in ComputeCalls. */
export interface EncoderComparisonCalls {
  /** Progress: images that were not cached. */
  scoreEncoder: { args: ScoreEncoderRequest; result: ScoredEncoder; progress: { done: number; total: number } };
  /** Progress: resamples. */
  rankEncoders: { args: RankEncodersRequest; result: CandidateRanking; progress: { done: number; total: number } };
}
