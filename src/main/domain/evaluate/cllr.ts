/**
 * Cost of log-likelihood ratios: N. Brümmer and J. du Preez, "Application-independent evaluation of speaker detection", Computer Speech and
 * Language 2006. 0 is perfect; a system that always says 1 costs 1; more is worse than saying nothing.
 *
 *   Cllr = 1/2 (mean of log2(1 + 1 / LR) over same pairs + mean of log2(1 + LR) over different pairs)
 *
 * `logRatios`: natural logarithms of LR for "same" [N]; `labels` [N], 0 same, 1 different, each at least once.
 */
export function cllrOf(logRatios: ArrayLike<number>, labels: ArrayLike<number>): number {
  const cost = [0, 0];
  const count = [0, 0];
  for (let i = 0; i < labels.length; i++) {
    const z = labels[i] === 1 ? logRatios[i] : -logRatios[i];
    cost[labels[i]] += (Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)))) / Math.LN2;
    count[labels[i]]++;
  }
  return (cost[0] / count[0] + cost[1] / count[1]) / 2;
}

interface Block {
  same: number; // pairs
  different: number;
}

/**
 * The least cost that any monotone recalibration of the ratios reaches, by the pool-adjacent-violators algorithm (ibid.): what is lost because the
 * ratios don't separate the labels. Input as in cllrOf.
 */
export function cllrMinOf(logRatios: ArrayLike<number>, labels: ArrayLike<number>): number {
  const order = Array.from({ length: labels.length }, (_, i) => i).sort((i, j) => logRatios[i] - logRatios[j]);
  const blocks: Block[] = []; // increasing share of same pairs
  let last = NaN;
  for (const i of order) {
    if (logRatios[i] !== last) blocks.push({ same: 0, different: 0 });
    last = logRatios[i];
    const block = blocks[blocks.length - 1];
    if (labels[i] === 1) block.different++;
    else block.same++;
  }
  const [same, different] = blocks.reduce(([s, d], block) => [s + block.same, d + block.different], [0, 0]);
  const pooled: Block[] = [];
  for (const block of blocks) {
    let merged = block;
    for (let before = pooled.at(-1); before && before.same * merged.different >= merged.same * before.different; before = pooled.at(-1)) {
      pooled.pop();
      merged = { same: before.same + merged.same, different: before.different + merged.different };
    }
    pooled.push(merged);
  }
  // Ratio of a block: share of the same pairs in it over that of the different pairs. Terms without pairs are 0.
  const cost = (count: number, of: number, against: number, total: number): number =>
    count === 0 ? 0 : (count / of) * Math.log2(1 + against / total / (count / of));
  return (
    pooled.reduce((sum, block) => sum + cost(block.same, same, block.different, different) + cost(block.different, different, block.same, same), 0) /
    2
  );
}
