import type { EmptyReason, ExplainTarget, Verdict } from '../comparison.ts';

export const MAP_KINDS = ['factual', 'counterfactual'] as const;
export type MapKind = (typeof MAP_KINDS)[number];

/** 1 where positive S is factual evidence, -1 where negative S is. */
export const factualSign = (verdict: Verdict, target: ExplainTarget): 1 | -1 => (target === 'verdict' && verdict === 'same' ? -1 : 1);

/**
 * The two maps of a signed map S = sum over channels of mean(dD/dF) * F. Positive S pushes the distance up, which speaks
 * for 'different'; for 'same' factual and counterfactual are swapped. Target 'distance' always explains the distance,
 * as the published notebook does (Livieris et al. 2023).
 */
export function signedToKinds(signed: Float32Array, verdict: Verdict, target: ExplainTarget): Record<MapKind, Float32Array> {
  const up = signed.map((s) => (s > 0 ? s : 0));
  const down = signed.map((s) => (s < 0 ? -s : 0));
  return factualSign(verdict, target) < 0 ? { factual: down, counterfactual: up } : { factual: up, counterfactual: down };
}

/** Which of an image's two maps a reason leaves empty. */
export function isEmptyMap(reason: EmptyReason | null, map: MapKind): boolean {
  switch (reason) {
    case null:
      return false;
    case 'no-factual':
    case 'no-counterfactual':
      return reason === `no-${map}`;
    case 'identical':
    case 'no-activation':
    case 'no-gradient':
      return true;
    default:
      return reason satisfies never;
  }
}
